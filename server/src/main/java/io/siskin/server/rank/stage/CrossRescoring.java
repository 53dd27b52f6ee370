package io.siskin.server.rank.stage;

import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.scope.RankingModels.PairModel;
import io.siskin.server.rank.scope.RankingModels.PairScore;
import io.siskin.server.rank.scope.RankingModels.PendingScore;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.Reach;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Scores the documents of a list by a model that reads the query and the document together. They
 * are handed over in the order of the list, so that a spent budget leaves out its end. Used by one
 * thread for one list.
 */
public final class CrossRescoring {
  // Two groups are under way: one in a batch, and one that waits for the next.
  private static final int DOCUMENTS_PER_GROUP = 16;
  private static final int DOCUMENTS_UNDER_WAY_MAX = 2 * DOCUMENTS_PER_GROUP;

  // How soon a caller who has left is noticed.
  private static final long WAIT_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);

  private final RankingNode.CrossEncode node;
  private final PairModel model;
  private final String query;
  private final StageBudget budget;
  private final Map<Integer, MarkedText> marked = new HashMap<>();

  /** What is being scored. */
  private record UnderWay(DocumentTexts.Joined text, PendingScore score) {}

  /**
   * Prepares to rescore.
   *
   * @param node which documents are scored, and how many are kept
   * @param model the model
   * @param query the text of the query
   * @param budget how long it may take
   */
  public CrossRescoring(
      RankingNode.CrossEncode node, PairModel model, String query, StageBudget budget) {
    this.node = node;
    this.model = model;
    this.query = query;
    this.budget = budget;
  }

  /** Returns the documents with what the model has marked in them, by position. */
  public Map<Integer, MarkedText> marked() {
    return marked;
  }

  /**
   * Rescores a list. The calling thread waits for the model.
   *
   * @param input the list
   * @param scope has the texts
   */
  public StageWork rescore(Ranked input, RankedScope scope) {
    int limit = node.frame().limit();
    int count = node.reach().count(input, limit);
    double[] scores = new double[count];
    int done = 0;
    ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
    try (DocumentTexts texts = new DocumentTexts(scope, node.fields())) {
      int begun = 0;
      while (done < count && !budget.isSpent()) {
        while (begun < count && underWay.size() <= DOCUMENTS_UNDER_WAY_MAX - DOCUMENTS_PER_GROUP) {
          int group = Math.min(DOCUMENTS_PER_GROUP, count - begun);
          underWay.addAll(begin(input, begun, group, texts));
          begun += group;
        }
        UnderWay first = underWay.getFirst();
        PairScore score = await(first.score());
        if (score == null) {
          break;
        }
        underWay.removeFirst();
        if (node.keepThreshold() != null) {
          marked.put(
              input.position(done), new MarkedText(first.text(), score, node.keepThreshold()));
        }
        scores[done++] = score.score();
      }
    } finally {
      underWay.forEach(each -> each.score().giveUp());
    }
    return new StageWork(Reach.merge(input, scores, done, limit), done, done == count);
  }

  private List<UnderWay> begin(Ranked input, int from, int count, DocumentTexts texts) {
    List<DocumentTexts.Joined> read = new ArrayList<>(count);
    for (int rank = from; rank < from + count; rank++) {
      read.add(texts.read(input.position(rank)));
    }
    List<PendingScore> scores =
        model.score(
            query, read.stream().map(DocumentTexts.Joined::text).toList(), budget.request());
    List<UnderWay> begun = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      begun.add(new UnderWay(read.get(i), scores.get(i)));
    }
    return begun;
  }

  /** Waits for a score; null when the budget is spent before. */
  private @Nullable PairScore await(PendingScore pending) {
    while (true) {
      long left = Math.max(0, budget.stage().remainingNanos());
      PairScore score = pending.await(Math.min(left, WAIT_NANOS_MAX));
      if (score != null || budget.isSpent()) {
        return score;
      }
    }
  }
}
