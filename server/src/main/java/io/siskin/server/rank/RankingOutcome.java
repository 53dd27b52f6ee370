package io.siskin.server.rank;

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
 * @param innerHits by document of the list: the documents of its group that the root lists; empty
 *     unless the root groups and lists them
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
    List<Ranked> innerHits,
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
