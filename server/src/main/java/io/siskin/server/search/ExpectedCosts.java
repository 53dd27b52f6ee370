package io.siskin.server.search;

/**
 * What the ways of searching a segment are expected to take where a threshold is known: the choice
 * between an approximate mode and the exact one is made by these.
 *
 * <p>They are counts times constants, so the choice is the same on every machine. Only ratios
 * matter. The constants of the approximate modes are rounded from those that calibration uses. That
 * of the exact mode was fitted to real queries, see {@code docs/adr/0031-running-threshold.md}.
 */
final class ExpectedCosts {
  private static final double EXACT_QUERY = 1_500;

  /** Bounds of the document blocks of a superblock, and the scores of those that reach. */
  private static final double EXACT_SUPERBLOCK_TERM = 15;

  /** The share of superblocks that are taken to reach the threshold before it is known. */
  private static final double REACHING_SHARE = 0.4;

  private static final double IMPACT_QUERY = 600;
  private static final double TERM = 60;
  private static final double POSTING = 0.65;
  private static final double WINDOW_RUN = 100;
  private static final double PARTIAL_SUM = 0.03;
  private static final double CLUSTERED_QUERY = 2_000;
  private static final double SUMMARY = 1;
  private static final double RECORD = 135;

  /** So many more documents than are wanted are scored. */
  private static final int RECORDS_MORE = 20;

  /** In the mode clustered, so many are scored for each list. */
  private static final int RECORDS_PER_LIST = 50;

  private ExpectedCosts() {}

  /**
   * Returns what the rest of an exact evaluation is expected to take.
   *
   * @param superblocks how many superblocks reach the threshold, see {@link
   *     BlockMaxEvaluator#reachingCount}
   * @param terms how many terms the query has in the segment
   */
  static double exactNanos(int superblocks, int terms) {
    return EXACT_QUERY + EXACT_SUPERBLOCK_TERM * superblocks * terms;
  }

  /**
   * Tells whether it is worthwhile to bound the superblocks, which tells how many reach. It takes
   * about a fifth of what score-at-a-time evaluation takes where that is quick.
   *
   * @param superblocks how many superblocks the segment has
   * @param terms how many terms the query has in the segment
   * @param otherNanos what the approximate mode is expected to take
   */
  static boolean mayExactBeQuicker(int superblocks, int terms, double otherNanos) {
    return EXACT_QUERY + EXACT_SUPERBLOCK_TERM * REACHING_SHARE * superblocks * terms <= otherNanos;
  }

  /**
   * Returns what score-at-a-time evaluation is expected to take.
   *
   * @param postings how many postings are added up
   * @param runs how many lists they are in, times windows
   * @param documents how many documents the segment has
   * @param terms how many terms the query has in the segment
   * @param k how many documents are wanted
   */
  static double scoreAtATimeNanos(long postings, long runs, int documents, int terms, int k) {
    return IMPACT_QUERY
        + POSTING * postings
        + WINDOW_RUN * runs
        + PARTIAL_SUM * documents
        + TERM * terms
        + RECORD * ((double) k + RECORDS_MORE);
  }

  /**
   * Returns what clustered evaluation is expected to take.
   *
   * @param lists how many lists are visited
   * @param summaries how many summaries are added up, times query terms
   * @param terms how many terms the query has in the segment
   * @param k how many documents are wanted
   */
  static double clusteredNanos(int lists, long summaries, int terms, int k) {
    return CLUSTERED_QUERY
        + SUMMARY * summaries
        + TERM * terms
        + RECORD * ((double) k + RECORDS_PER_LIST * lists);
  }
}
