package io.siskin.server.search;

/**
 * How much work fits a time: what a posting and a candidate cost here is learned from the queries
 * before.
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

  /** What a candidate is taken to cost before any was measured, in nanoseconds: cautious. */
  private static final double NANOS_PER_CANDIDATE = 300;

  /** Weight of a query in the running mean of what a posting or a candidate costs. */
  private static final double LEARNING_RATE = 1.0 / 16;

  /** Fewer postings say little about what one costs. */
  private static final long POSTINGS_MIN = 1 << 10;

  private double nanosPerPosting = NANOS_PER_POSTING;
  private double nanosPerCandidate = NANOS_PER_CANDIDATE;
  private long budgetNanos;
  private long startNanos;
  private long candidatesNanoTime;

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
      nanosPerPosting = learned(nanosPerPosting, measured);
    }
  }

  /**
   * Returns how many candidates may be scored before the time is over.
   *
   * @param wanted how many there are, 1 or more
   * @return 0 to {@code wanted}
   */
  int candidates(int wanted) {
    if (budgetNanos == 0) {
      return wanted;
    }
    candidatesNanoTime = System.nanoTime();
    double left = startNanos + budgetNanos - candidatesNanoTime;
    return (int) Math.clamp(left / nanosPerCandidate, 0, wanted);
  }

  /**
   * Learns from the candidates that were scored since {@link #candidates} was asked.
   *
   * @param count how many they were, 1 or more
   */
  void candidatesScored(int count) {
    if (budgetNanos > 0) {
      double measured = (double) (System.nanoTime() - candidatesNanoTime) / count;
      nanosPerCandidate = learned(nanosPerCandidate, measured);
    }
  }

  /** Moves a cost towards what was measured; a stall of the machine counts as twice the cost. */
  private static double learned(double cost, double measured) {
    return cost + LEARNING_RATE * (Math.min(measured, 2 * cost) - cost);
  }

  /** Returns whether the time is over. */
  boolean isSpent() {
    return budgetNanos > 0 && System.nanoTime() - startNanos >= budgetNanos;
  }
}
