package io.siskin.server.retrieve;

import io.siskin.server.rank.list.StageReport;
import io.siskin.server.rank.passage.AnswerSpan;
import io.siskin.server.rank.stage.ContextSentence;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a {@link RetrievalRequest}.
 *
 * @param hits best first: score descending, then order of indexing; at most k
 * @param mode the mode that was used, with the parameters that were in force; where segments were
 *     searched in different ones, that of the segment with the most documents
 * @param timings nanoseconds a stage
 * @param stats what the evaluation did
 * @param unknownTerms how many of the query's terms the collection's vocabulary lacks; they match
 *     nothing
 * @param segmentCount how many segments were searched
 * @param stages what the stages of a ranking tree did; empty without a tree
 * @param pipeline the tree that was used, if the request named it; else null
 */
public record RetrievalResponse(
    List<Hit> hits,
    SearchMode mode,
    StageNanos timings,
    SearchStats stats,
    int unknownTerms,
    int segmentCount,
    List<StageReport> stages,
    @Nullable RankingNode pipeline) {
  /**
   * Makes the answer to a search without a ranking tree.
   *
   * @param hits see above
   * @param mode see above
   * @param timings see above
   * @param stats see above
   * @param unknownTerms see above
   * @param segmentCount see above
   */
  public RetrievalResponse(
      List<Hit> hits,
      SearchMode mode,
      StageNanos timings,
      SearchStats stats,
      int unknownTerms,
      int segmentCount) {
    this(hits, mode, timings, stats, unknownTerms, segmentCount, List.of(), null);
  }

  /**
   * One document found.
   *
   * @param id its external id
   * @param score its exact score: the inner product of the query's weights and the document's
   *     stored impacts
   * @param fields the stored fields that were asked for and that the document has
   * @param contributions what each matched term added, largest first; empty unless explain was
   *     asked for
   * @param stageScores its scores by the names of the stages of a ranking tree that handed it on
   * @param innerHits the documents of its groups that stages list
   * @param answers the spans of its text that stages list
   * @param context the sentences that a stage of the tree has kept, in their order
   */
  public record Hit(
      String id,
      float score,
      Map<String, String> fields,
      List<Contribution> contributions,
      Map<String, Double> stageScores,
      List<InnerHit> innerHits,
      List<Answer> answers,
      List<ContextSentence> context) {
    /**
     * Makes a hit of a search without a ranking tree.
     *
     * @param id see above
     * @param score see above
     * @param fields see above
     * @param contributions see above
     */
    public Hit(
        String id, float score, Map<String, String> fields, List<Contribution> contributions) {
      this(id, score, fields, contributions, Map.of(), List.of(), List.of(), List.of());
    }
  }

  /**
   * One document of a group.
   *
   * @param id its external id
   * @param score its score in the list that was grouped
   * @param stage the name of the stage that grouped it
   * @param fields the fields of it that the stage asks for
   * @param stageScores its scores by the names of the stages that handed it on
   */
  public record InnerHit(
      String id,
      double score,
      String stage,
      Map<String, String> fields,
      Map<String, Double> stageScores) {}

  /**
   * A span of the text of a hit.
   *
   * @param stage the name of the stage that found it
   * @param span its tokens and scores
   * @param place its place in the text; null if the text has other tokens than the document has
   *     vectors
   */
  public record Answer(String stage, AnswerSpan span, @Nullable Place place) {}

  /**
   * A place in a text.
   *
   * @param start where it begins, in UTF-16 code units
   * @param end where it ends
   * @param text the text between them
   */
  public record Place(int start, int end, String text) {}

  /**
   * One matched term's part of a score.
   *
   * @param term the token, or the term id in decimal
   * @param queryWeight the term's weight in the query
   * @param documentWeight the term's stored weight in the document
   * @param contribution their product as it entered the score
   */
  public record Contribution(
      String term, float queryWeight, float documentWeight, float contribution) {}

  /**
   * How long each stage took, in nanoseconds.
   *
   * @param encodeNanos text to vector; 0 for a vector query
   * @param searchNanos evaluation over all segments, with merging
   * @param fetchNanos external ids, stored fields and explanations
   * @param totalNanos from the call of the pipeline to its answer
   */
  public record StageNanos(long encodeNanos, long searchNanos, long fetchNanos, long totalNanos) {}
}
