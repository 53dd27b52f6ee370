package io.siskin.server.measure;

import io.siskin.index.error.InvalidInputException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Whether two systems differ over the same queries: Student's paired t-test and the paired
 * bootstrap (Efron 1979; Sakai, SIGIR 2006, compares both for retrieval). Pure functions.
 */
public final class Significance {
  /** How many times queries are drawn again. */
  public static final int RESAMPLES = 10_000;

  private static final double TINY = 1e-300;
  private static final int STEPS_MAX = 500;
  private static final double INTERVAL = 0.95;

  private Significance() {}

  /**
   * How two systems compare.
   *
   * @param difference the mean of the differences, the second system minus the first
   * @param p how likely a difference as large is, either way, if the systems do not differ: 0 to 1;
   *     NaN for fewer than two queries
   * @param low the lower end of the interval that holds 95 % of the resampled means
   * @param high its upper end
   */
  public record Comparison(double difference, double p, double low, double high) {}

  /**
   * Compares two systems.
   *
   * @param first a value for each query
   * @param second a value for each of the same queries, in the same order
   * @param seed decides which queries are drawn again
   * @throws InvalidInputException when there are no queries, or not as many of each
   */
  public static Comparison compare(double[] first, double[] second, long seed) {
    if (first.length == 0 || first.length != second.length) {
      throw new InvalidInputException(
          "queries", first.length + " and " + second.length, "1 or more, as many of both");
    }
    double[] differences = new double[first.length];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = second[i] - first[i];
    }
    double[] means = resampledMeans(differences, new SplittableRandom(seed));
    int outside = (int) Math.floor((1 - INTERVAL) / 2 * RESAMPLES);
    return new Comparison(
        mean(differences),
        pairedTTest(differences),
        means[outside],
        means[RESAMPLES - 1 - outside]);
  }

  private static double[] resampledMeans(double[] differences, SplittableRandom random) {
    double[] means = new double[RESAMPLES];
    for (int sample = 0; sample < RESAMPLES; sample++) {
      double sum = 0;
      for (int i = 0; i < differences.length; i++) {
        sum += differences[random.nextInt(differences.length)];
      }
      means[sample] = sum / differences.length;
    }
    Arrays.sort(means);
    return means;
  }

  /**
   * Returns the two-sided p-value of the hypothesis that the mean is 0.
   *
   * @param differences one for each query
   * @return 0 to 1; 1 where all are 0, and NaN for fewer than two
   */
  static double pairedTTest(double[] differences) {
    int count = differences.length;
    if (count < 2) {
      return Double.NaN;
    }
    double mean = mean(differences);
    double squares = 0;
    for (double difference : differences) {
      squares += (difference - mean) * (difference - mean);
    }
    double error = Math.sqrt(squares / (count - 1) / count);
    if (error == 0) {
      return mean == 0 ? 1 : 0;
    }
    return twoSided(mean / error, count - 1);
  }

  /**
   * Returns how likely a value of Student's distribution is that is at least as far from 0.
   *
   * @param t the value
   * @param freedom the degrees of freedom, 1 or more
   */
  static double twoSided(double t, int freedom) {
    return incompleteBeta(freedom / (freedom + t * t), freedom / 2.0, 0.5);
  }

  /** Returns the regularised incomplete beta function, by its continued fraction (Lentz 1976). */
  private static double incompleteBeta(double x, double a, double b) {
    if (x <= 0 || x >= 1) {
      return x <= 0 ? 0 : 1;
    }
    // The fraction converges quickly on one side of the mean only.
    if (x > (a + 1) / (a + b + 2)) {
      return 1 - incompleteBeta(1 - x, b, a);
    }
    double front =
        Math.exp(
            logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
    double fraction = 1;
    double c = 1;
    double d = 0;
    for (int step = 0; step <= STEPS_MAX; step++) {
      int m = step / 2;
      double numerator =
          step == 0
              ? 1
              : step % 2 == 0
                  ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                  : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      d = 1 + numerator * d;
      d = 1 / (Math.abs(d) < TINY ? TINY : d);
      c = 1 + numerator / c;
      c = Math.abs(c) < TINY ? TINY : c;
      fraction *= c * d;
      if (Math.abs(1 - c * d) < 1e-14) {
        break;
      }
    }
    return front * (fraction - 1) / a;
  }

  /** Returns the logarithm of the gamma function, by Stirling's series above 10. */
  private static double logGamma(double value) {
    double shift = 0;
    double x = value;
    while (x < 10) {
      shift -= Math.log(x);
      x++;
    }
    double inverse = 1 / (x * x);
    double series =
        (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse / 1680))) / x;
    return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
