package io.siskin.server.rank;

import io.siskin.server.rank.list.PositionSlots;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageReport;
import io.siskin.server.rank.passage.AnswerSpan;
import io.siskin.server.rank.stage.ContextSentence;
import io.siskin.server.rank.stage.MarkedText;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a ranking tree gave. Used by one thread.
 *
 * @param list the list of the root
 * @param reports what the stages did, inputs before the stages that take them
 * @param listings what stages list with hits, in the order of the reports
 * @param stats what the sparse searches did
 * @param mode the mode of the first sparse search; exact where there was none
 * @param unknownTerms how many terms of the first sparse query the collection does not know
 * @param lists the list of each stage by its name, with a look-up
 * @param marked the documents in which a model has marked what is needed, by position; of several
 *     stages, the last one counts
 */
public record RankingOutcome(
    Ranked list,
    List<StageReport> reports,
    List<Listing> listings,
    SearchStats stats,
    SearchMode mode,
    int unknownTerms,
    Map<String, LookUp> lists,
    Map<Integer, MarkedText> marked) {
  /**
   * A list that can be asked for a document.
   *
   * @param list the list
   * @param ranks its positions by rank
   */
  record LookUp(Ranked list, PositionSlots ranks) {
    static LookUp of(Ranked list) {
      return new LookUp(list, PositionSlots.of(list));
    }
  }

  /** What a stage lists with each hit that it handed on. */
  public sealed interface Listing {}

  /** The documents of groups. */
  public static final class Groups implements Listing {
    private final RankingNode.Group node;
    private final LookUp list;
    private final Ranked input;
    private final List<int[]> members;

    /**
     * Keeps groups.
     *
     * @param node the stage
     * @param list its list
     * @param input the list that was grouped
     * @param members by document of the list: the ranks of the documents of its group
     */
    Groups(RankingNode.Group node, LookUp list, Ranked input, List<int[]> members) {
      this.node = node;
      this.list = list;
      this.input = input;
      this.members = members;
    }

    /** Returns the stage. */
    public RankingNode.Group node() {
      return node;
    }

    /**
     * Returns the best documents of the group that a document stands for, with their scores before
     * they were grouped.
     *
     * @param position the position of the document
     * @return empty if the stage did not hand it on
     */
    public Ranked of(int position) {
      int rank = list.ranks().find(position);
      if (rank == PositionSlots.ABSENT) {
        return Ranked.EMPTY;
      }
      int[] ranks = members.get(rank);
      int count = Math.min(ranks.length, node.innerHits());
      int[] positions = new int[count];
      double[] scores = new double[count];
      for (int i = 0; i < count; i++) {
        positions[i] = input.position(ranks[i]);
        scores[i] = input.score(ranks[i]);
      }
      return Ranked.best(positions, scores, count, count);
    }
  }

  /** The answers of documents. */
  public static final class Answers implements Listing {
    private final RankingNode.Answers node;
    private final LookUp list;
    private final List<List<AnswerSpan>> spans;

    /**
     * Keeps answers.
     *
     * @param node the stage
     * @param list its list
     * @param spans by document of the list: its answers
     */
    Answers(RankingNode.Answers node, LookUp list, List<List<AnswerSpan>> spans) {
      this.node = node;
      this.list = list;
      this.spans = spans;
    }

    /** Returns the stage. */
    public RankingNode.Answers node() {
      return node;
    }

    /**
     * Returns the answers of a document, best first.
     *
     * @param position the position of the document
     * @return empty if the stage did not hand it on
     */
    public List<AnswerSpan> of(int position) {
      int rank = list.ranks().find(position);
      return rank == PositionSlots.ABSENT ? List.of() : spans.get(rank);
    }
  }

  /**
   * Returns the sentences of a document that are worth reading, in their order; none for a document
   * that no stage has pruned.
   *
   * @param position its position
   */
  public List<ContextSentence> context(int position) {
    MarkedText text = marked.get(position);
    return text == null ? List.of() : text.sentences();
  }

  /**
   * Returns the scores of a document by the names of the stages that handed it on.
   *
   * @param position its position
   */
  public Map<String, Double> stageScores(int position) {
    Map<String, Double> scores = new LinkedHashMap<>();
    lists.forEach(
        (name, stage) -> {
          int rank = stage.ranks().find(position);
          if (rank != PositionSlots.ABSENT) {
            scores.put(name, stage.list().score(rank));
          }
        });
    return scores;
  }
}
