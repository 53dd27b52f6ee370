package io.siskin.server.rank.passage;

import io.siskin.server.rank.list.PositionSlots;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.search.DocumentPositions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the spans of tokens that answer best, in each document of a list (DenSPI: Seo et al., ACL
 * 2019; SPARC: Lee et al., ACL 2020). All spans are looked at. Used by one thread for one list.
 */
public final class AnswerSearch {
  private final RankingNode.Answers node;
  private final DenseFields.VectorScorer starts;
  private final DenseFields.VectorScorer ends;

  private AnswerSearch(RankingNode.Answers node, DenseFields fields) {
    this.node = node;
    this.starts =
        Objects.requireNonNull(fields.find(node.startField()))
            .scorer(Objects.requireNonNull(node.startVector()));
    this.ends =
        Objects.requireNonNull(fields.find(node.endField()))
            .scorer(Objects.requireNonNull(node.endVector()));
  }

  /**
   * What a search for answers made.
   *
   * @param work the documents, by the scores of their best answers
   * @param answers by document of the list: its answers, best first
   */
  public record Found(StageWork work, List<List<AnswerSpan>> answers) {}

  /**
   * Searches for answers.
   *
   * @param node what is searched for
   * @param input the list
   * @param scope has the vectors
   * @param budget how long it may take; one document is searched even if it is spent
   */
  public static Found search(
      RankingNode.Answers node, Ranked input, RankedScope scope, StageBudget budget) {
    return new AnswerSearch(node, scope.dense()).search(input, scope.positions(), budget);
  }

  private Found search(Ranked input, DocumentPositions places, StageBudget budget) {
    int[] positions = new int[input.size()];
    double[] scores = new double[positions.length];
    List<List<AnswerSpan>> answers = new ArrayList<>();
    PositionSlots slots = new PositionSlots(input.size());
    boolean isComplete = true;
    int rank = 0;
    for (; rank < input.size(); rank++) {
      if (rank > 0 && budget.isSpent()) {
        isComplete = false;
        break;
      }
      int number = places.documentNumber(input.position(rank));
      int segment = places.segment(number);
      List<AnswerSpan> best =
          best(segment, number - places.base(segment), node.scoreWeight() * input.score(rank));
      if (!best.isEmpty()) {
        int count = slots.add(input.position(rank));
        positions[count] = input.position(rank);
        scores[count] = best.getFirst().score();
        answers.add(best);
      }
    }
    Ranked list = Ranked.best(positions, scores, slots.size(), node.frame().limit());
    List<List<AnswerSpan>> ofList = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      ofList.add(answers.get(slots.find(list.position(i))));
    }
    return new Found(new StageWork(list, rank, isComplete), ofList);
  }

  /** Takes the best span, then the best one beside it, and so on. */
  private List<AnswerSpan> best(int segment, int document, double documentScore) {
    int tokens = starts.vectorCount(segment, document);
    if (tokens != ends.vectorCount(segment, document)) {
      return List.of();
    }
    double[] startScores = new double[tokens];
    double[] endScores = new double[tokens];
    for (int token = 0; token < tokens; token++) {
      startScores[token] = starts.score(segment, document, token);
      endScores[token] = ends.score(segment, document, token);
    }
    boolean[] isTaken = new boolean[tokens];
    List<AnswerSpan> spans = new ArrayList<>(node.count());
    while (spans.size() < node.count()) {
      AnswerSpan next = next(startScores, endScores, isTaken, documentScore);
      if (next == null) {
        break;
      }
      spans.add(next);
      for (int token = next.startToken(); token <= next.endToken(); token++) {
        isTaken[token] = true;
      }
    }
    return spans;
  }

  private @Nullable AnswerSpan next(
      double[] startScores, double[] endScores, boolean[] isTaken, double documentScore) {
    int bestStart = -1;
    int bestEnd = -1;
    double best = Double.NEGATIVE_INFINITY;
    for (int start = 0; start < isTaken.length; start++) {
      int last = Math.min(isTaken.length, start + node.tokensMax());
      for (int end = start; end < last && !isTaken[end]; end++) {
        double score = startScores[start] + endScores[end];
        if (score > best) {
          best = score;
          bestStart = start;
          bestEnd = end;
        }
      }
    }
    return bestStart < 0
        ? null
        : new AnswerSpan(bestStart, bestEnd, isTaken.length, best, documentScore);
  }
}
