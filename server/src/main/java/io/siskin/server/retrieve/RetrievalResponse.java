package io.siskin.server.retrieve;

import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import java.util.List;
import java.util.Map;

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
 */
public record RetrievalResponse(
    List<Hit> hits,
    SearchMode mode,
    StageNanos timings,
    SearchStats stats,
    int unknownTerms,
    int segmentCount) {
  /**
   * One document found.
   *
   * @param id its external id
   * @param score its exact score: the inner product of the query's weights and the document's
   *     stored impacts
   * @param fields the stored fields that were asked for and that the document has
   * @param contributions what each matched term added, largest first; empty unless explain was
   *     asked for
   */
  public record Hit(
      String id, float score, Map<String, String> fields, List<Contribution> contributions) {}

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
