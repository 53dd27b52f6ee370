package io.siskin.server.search;

import io.siskin.index.error.InvalidInputException;

/**
 * How a query is evaluated: which guarantee its result list carries. Scores are exact in every
 * mode.
 */
public sealed interface SearchMode {
  /** Returns the oracle's list, ties included. */
  record Exact() implements SearchMode {}

  /**
   * Returns most of the oracle's list in a fraction of its time, after Seismic (Bruch et al., SIGIR
   * 2024).
   *
   * @param queryCut how many of the query's heaviest terms have their posting lists visited, 1 to
   *     4096; raising it raises recall and time. The whole query is still used for the scores
   * @param heapFactor a posting block is skipped when its summary's score is below {@code
   *     heapFactor × threshold}, above 0 to 1: raising it prunes more, which lowers recall and time
   * @param firstSorted whether the blocks of the heaviest term's list are visited in descending
   *     order of their summaries' scores; false visits them in stored order: a little more recall,
   *     more time
   */
  record Approximate(int queryCut, float heapFactor, boolean firstSorted) implements SearchMode {
    /** The largest query cut accepted. */
    public static final int QUERY_CUT_MAX = 4096;

    /**
     * What a collection gets that names nothing else: recall@10 of 0.97 or more with the default
     * build options, see {@code docs/adr/0006-clustered-lists.md}.
     */
    public static final Approximate DEFAULTS = new Approximate(10, 0.65f, true);

    /** Checks the ranges. */
    public Approximate {
      if (queryCut < 1 || queryCut > QUERY_CUT_MAX) {
        throw new InvalidInputException("query_cut", queryCut, "1 to " + QUERY_CUT_MAX);
      }
      if (!(heapFactor > 0 && heapFactor <= 1)) {
        throw new InvalidInputException("heap_factor", heapFactor, "above 0, at most 1");
      }
    }
  }
}
