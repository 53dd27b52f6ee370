package io.siskin.server.batch;

/**
 * By how much answers come later than was forecast: what a forecast is multiplied by before it
 * becomes a promise. Follows the worst that happened, at once, and forgets it slowly; so texts that
 * take twice as long as forecast, because others of their length overtake them or because the
 * processor has other work too, become forecasts that are twice as long.
 *
 * <p>Not safe for concurrent use: the queue's lock guards it.
 */
final class Margin {
  static final double FIRST = 2.5;
  static final double MIN = 2;
  static final double MAX = 4;

  private static final double RISE = 0.25;
  // Five thousand texts forget two thirds.
  private static final double FALL = 0.0002;
  // What takes a small share of its time does not matter, however wrong its forecast was.
  private static final double BUDGET_SHARE_MIN = 0.125;

  private double factor = FIRST;

  /** Returns the factor, 2 to 4. */
  double factor() {
    return factor;
  }

  /**
   * Learns from a text that was answered.
   *
   * @param expectedNanos what was forecast when it was admitted, above 0
   * @param actualNanos how long it took
   * @param budgetNanos how long it was allowed to take
   */
  void answered(double expectedNanos, double actualNanos, double budgetNanos) {
    double relevantNanos = budgetNanos * BUDGET_SHARE_MIN;
    double ratio = actualNanos / Math.max(expectedNanos, relevantNanos);
    if (ratio > factor) {
      factor = Math.min(factor + RISE * (ratio - factor), MAX);
    } else if (expectedNanos > relevantNanos) {
      factor = Math.max(factor - FALL * (factor - MIN), MIN);
    }
  }

  /** Learns from a text that was given up: that it took so long and was not done. */
  void gaveUp(double expectedNanos, double waitedNanos, double budgetNanos) {
    if (waitedNanos > expectedNanos * factor) {
      answered(expectedNanos, waitedNanos, budgetNanos);
    }
  }
}
