package io.siskin.loadtest.load.schedule;

import io.siskin.index.error.InvalidInputException;
import java.math.BigDecimal;

/**
 * A part of a load, in which the rate stays the same or goes evenly from one value to another.
 *
 * @param fromPerSecond calls a second at its beginning, 0 to 1,000,000
 * @param toPerSecond calls a second at its end, 0 to 1,000,000
 * @param seconds how long it is, above 0 to 86,400
 * @param isMeasured whether its calls count; those of a warm-up do not
 */
public record RateStage(
    double fromPerSecond, double toPerSecond, double seconds, boolean isMeasured) {
  /** The highest rate, in calls a second. */
  public static final double PER_SECOND_MAX = 1_000_000;

  /** The longest stage, in seconds. */
  public static final double SECONDS_MAX = 86_400;

  /**
   * Checks the ranges.
   *
   * @throws InvalidInputException when a value is outside of its range
   */
  public RateStage {
    checkRate(fromPerSecond);
    checkRate(toPerSecond);
    if (!(seconds > 0 && seconds <= SECONDS_MAX)) {
      throw new InvalidInputException("seconds", seconds, "above 0 to 86400");
    }
  }

  private static void checkRate(double perSecond) {
    if (!(perSecond >= 0 && perSecond <= PER_SECOND_MAX)) {
      throw new InvalidInputException("rate", perSecond, "0 to 1000000 calls a second");
    }
  }

  /**
   * Returns a measured stage with one rate.
   *
   * @param perSecond calls a second
   * @param seconds how long
   */
  public static RateStage constant(double perSecond, double seconds) {
    return new RateStage(perSecond, perSecond, seconds, true);
  }

  /** Returns how many calls it has, which need not be a whole number. */
  public double calls() {
    return (fromPerSecond + toPerSecond) / 2 * seconds;
  }

  /**
   * Returns how many calls are due until a time.
   *
   * @param second seconds from the beginning of the stage, 0 to its length
   */
  public double callsUntil(double second) {
    double slope = (toPerSecond - fromPerSecond) / seconds;
    return (fromPerSecond + slope / 2 * second) * second;
  }

  /**
   * Returns when so many calls are due: the inverse of {@link #callsUntil}.
   *
   * @param calls 0 to {@link #calls}
   * @return seconds from the beginning of the stage
   */
  public double secondOf(double calls) {
    if (calls <= 0) {
      return 0;
    }
    // The root of a quadratic equation in the form that also works for a slope of 0.
    double slope = (toPerSecond - fromPerSecond) / seconds;
    double root =
        Math.sqrt(Math.max(0, fromPerSecond * fromPerSecond + 2 * slope * calls)) + fromPerSecond;
    return Math.min(seconds, 2 * calls / root);
  }

  /** Returns what people call it, for example {@code 500/s} or {@code 100..5000/s}. */
  public String name() {
    String from = number(fromPerSecond);
    String to = number(toPerSecond);
    String rate = (from.equals(to) ? from : from + ".." + to) + "/s";
    return isMeasured ? rate : "warm-up " + rate;
  }

  private static String number(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
