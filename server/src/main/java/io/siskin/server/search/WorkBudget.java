package io.siskin.server.search;

/**
 * How much work fits a time: what a posting costs here is learned from the queries before.
 *
 * <p>Used by one thread.
 */
final class WorkBudget {
  /** Share of the time that may go into adding postings; the rest is for candidates. */
  private static final double POSTING_SHARE = 0.5;

  /**
   * Share of the time that is planned with: the work between two looks at the clock is not
   * interrupted, and the search around the evaluation takes its part.
   */
  private static final double PLANNED_SHARE = 0.85;

  /** What a posting is taken to cost before any was measured, in nanoseconds: cautious. */
  private static final double NANOS_PER_POSTING = 3;

  /** Weight of a query in the running mean of what a posting costs. */
  private static final double LEARNING_RATE = 1.0 / 16;

  /** Fewer postings say little about what one costs. */
  private static final long POSTINGS_MIN = 1 << 10;

  private double nanosPerPosting = NANOS_PER_POSTING;
  private long budgetNanos;
  private long startNanos;

  /**
   * Begins a query.
   *
   * @param newBudgetNanos the time that it may take; 0 for no limit, and then nothing is measured
   */
  void begin(long newBudgetNanos) {
    budgetNanos = newBudgetNanos == 0 ? 0 : Math.max(1, (long) (PLANNED_SHARE * newBudgetNanos));
    startNanos = budgetNanos == 0 ? 0 : System.nanoTime();
  }

  /** Returns how many postings may be added; 0 for no limit. */
  long postings() {
    return budgetNanos == 0
        ? 0
        : Math.max(1, (long) (POSTING_SHARE * budgetNanos / nanosPerPosting));
  }

  /**
   * Learns from the query at hand.
   *
   * @param postings how many were added since {@link #begin}
   */
  void postingsAdded(long postings) {
    if (budgetNanos > 0 && postings >= POSTINGS_MIN) {
      double measured = (double) (System.nanoTime() - startNanos) / postings;
      nanosPerPosting += LEARNING_RATE * (measured - nanosPerPosting);
    }
  }

  /** Returns whether the time is over. */
  boolean isSpent() {
    return budgetNanos > 0 && System.nanoTime() - startNanos >= budgetNanos;
  }
}
