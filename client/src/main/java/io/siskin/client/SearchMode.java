package io.siskin.client;

import org.jspecify.annotations.Nullable;

/**
 * How a query is evaluated: which guarantee its list of hits carries. Scores are exact in every
 * mode.
 */
public sealed interface SearchMode {
  /** Returns the true best k, ties included. */
  record Exact() implements SearchMode {}

  /**
   * Returns most of the true best k in a fraction of the time. Null parameters take the
   * collection's defaults; in the mode of a result none is null.
   *
   * @param queryCut how many of the query's heaviest terms have their posting lists visited, 1 to
   *     4,096; raising it raises recall and time
   * @param heapFactor a posting block is skipped when its summary's score is below {@code
   *     heapFactor} times the score of the k-th hit so far; above 0, at most 1; raising it skips
   *     more, which lowers recall and time
   * @param firstSorted whether the blocks of the heaviest term's list are visited best first
   */
  record Approximate(
      @Nullable Integer queryCut, @Nullable Float heapFactor, @Nullable Boolean firstSorted)
      implements SearchMode {}

  /** Returns the mode that finds the true best k. */
  static SearchMode exact() {
    return new Exact();
  }

  /** Returns the approximate mode with the collection's default parameters. */
  static SearchMode approximate() {
    return new Approximate(null, null, null);
  }

  /**
   * Returns the approximate mode with its two main parameters.
   *
   * @param queryCut see {@link Approximate}
   * @param heapFactor see {@link Approximate}
   */
  static SearchMode approximate(int queryCut, float heapFactor) {
    return new Approximate(queryCut, heapFactor, null);
  }
}
