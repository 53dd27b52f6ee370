package io.siskin.client;

import java.util.List;
import java.util.Map;

/**
 * The answer to one search. Immutable.
 *
 * @param hits best first, at most k
 * @param mode the mode that was used, with every parameter that was in force
 * @param timings where the server's time went
 * @param counters what the evaluation did
 * @param unknownTerms how many terms of the query the collection does not know
 */
public record SearchResult(
    List<Hit> hits, SearchMode mode, Timings timings, Counters counters, int unknownTerms) {
  /** Copies the hits. */
  public SearchResult {
    hits = List.copyOf(hits);
  }

  /**
   * One document found.
   *
   * @param id its external id
   * @param score its exact score, above 0
   * @param fields the stored fields that were asked for and that it has
   * @param contributions what each matched term added, largest first; empty unless an explanation
   *     was asked for
   */
  public record Hit(
      String id, float score, Map<String, String> fields, List<Contribution> contributions) {
    /** Copies the collections. */
    public Hit {
      fields = Map.copyOf(fields);
      contributions = List.copyOf(contributions);
    }
  }

  /**
   * One matched term's part of a score.
   *
   * @param term the token, or the term id in decimal
   * @param queryWeight its weight in the query
   * @param documentWeight its stored weight in the document
   * @param contribution their product
   */
  public record Contribution(
      String term, float queryWeight, float documentWeight, float contribution) {}

  /**
   * Nanoseconds on the server; network and protobuf are not included.
   *
   * @param totalNanos from the arrival of the request to the finished response
   * @param queueNanos waiting for a search thread; 0 when there was no need to
   * @param encodeNanos text to vector; 0 for a vector
   * @param searchNanos evaluation
   * @param fetchNanos external ids, stored fields, explanations
   */
  public record Timings(
      long totalNanos, long queueNanos, long encodeNanos, long searchNanos, long fetchNanos) {}

  /**
   * What the evaluation did: counts over all segments.
   *
   * @param listsVisited posting lists read
   * @param blocksBounded blocks whose bound or summary score was computed
   * @param blocksSkipped of these, blocks not read because of it
   * @param blocksScored blocks read
   * @param documentsScored documents whose score was computed
   * @param postingsScored postings added to a score
   * @param budgetExhausted segments whose evaluation a time budget ended before it was done; 0 when
   *     the answer is what the mode promises
   */
  public record Counters(
      long listsVisited,
      long blocksBounded,
      long blocksSkipped,
      long blocksScored,
      long documentsScored,
      long postingsScored,
      long budgetExhausted) {}
}
