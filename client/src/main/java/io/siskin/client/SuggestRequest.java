package io.siskin.client;

import java.util.List;

/**
 * What to suggest for. Immutable. The server checks all ranges.
 *
 * @param collection the collection's name, or an alias of it
 * @param prefix what the user has typed so far; empty for next queries
 * @param earlier the earlier queries of the session, the latest last, at most 32
 * @param count how many suggestions, 1 to 100
 * @param contextWeight how much the earlier queries count, 0 to 1
 * @param withTerms whether terms of the collection are suggested where its log has not enough
 */
public record SuggestRequest(
    String collection,
    String prefix,
    List<String> earlier,
    int count,
    double contextWeight,
    boolean withTerms) {
  private static final int COUNT_DEFAULT = 10;
  private static final double CONTEXT_WEIGHT_DEFAULT = 0.5;

  /** Copies the list. */
  public SuggestRequest {
    earlier = List.copyOf(earlier);
  }

  /**
   * Asks for ten completions, without earlier queries and without terms.
   *
   * @param collection the collection's name, or an alias of it
   * @param prefix what the user has typed so far
   */
  public static SuggestRequest of(String collection, String prefix) {
    return new SuggestRequest(
        collection, prefix, List.of(), COUNT_DEFAULT, CONTEXT_WEIGHT_DEFAULT, false);
  }
}
