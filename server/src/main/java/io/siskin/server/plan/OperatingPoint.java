package io.siskin.server.plan;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.search.SearchMode;

/**
 * A mode with its parameters, the recall that was measured of it, and what it costs.
 *
 * @param mode the mode
 * @param recall share of the exact list that it found, the mean over the queries, 0 to 1
 * @param recallError standard error of that mean, 0 or more: how far another sample of as many
 *     queries might be off
 * @param medianMicros median time of an evaluation, microseconds: counted work times unit costs
 * @param meanMicros mean time of an evaluation, microseconds: counted work times unit costs. Points
 *     are compared by it, because what a few slow queries cost in one mode and not in another is a
 *     reason to choose
 * @param documentsScored documents scored exactly, the mean over the queries
 * @param postingsScored postings added to a score or a partial sum, the mean over the queries
 */
public record OperatingPoint(
    SearchMode mode,
    double recall,
    double recallError,
    double medianMicros,
    double meanMicros,
    double documentsScored,
    double postingsScored) {
  /** Checks the ranges. */
  public OperatingPoint {
    if (!(recall >= 0 && recall <= 1)) {
      throw new InvalidInputException("recall", recall, "0 to 1");
    }
    checkAmount("recall_error", recallError);
    checkAmount("median_micros", medianMicros);
    checkAmount("mean_micros", meanMicros);
    checkAmount("documents_scored", documentsScored);
    checkAmount("postings_scored", postingsScored);
  }

  private static void checkAmount(String name, double value) {
    if (!(value >= 0 && value <= Double.MAX_VALUE)) {
      throw new InvalidInputException(name, value, "a finite number, 0 or more");
    }
  }
}
