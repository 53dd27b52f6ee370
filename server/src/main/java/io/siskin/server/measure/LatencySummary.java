package io.siskin.server.measure;

import io.siskin.index.error.InvalidInputException;
import java.util.Arrays;

/**
 * The distribution of a known number of latencies, in nanoseconds.
 *
 * <p>Exact, from the sorted values: a run of the bench has some thousands of queries, and eight
 * bytes for each are cheaper than a histogram whose buckets round. A load generator that runs for
 * an open time wants HdrHistogram instead.
 *
 * @param count how many, 1 or more
 * @param meanNanos arithmetic mean
 * @param p50Nanos median. A percentile is the smallest value with at least that share of all values
 *     at or below it (nearest rank), so it is always one that was measured
 * @param p95Nanos 95th percentile
 * @param p99Nanos 99th percentile
 * @param p999Nanos 99.9th percentile; the maximum below 1,000 values
 * @param maxNanos the largest
 */
public record LatencySummary(
    long count,
    double meanNanos,
    long p50Nanos,
    long p95Nanos,
    long p99Nanos,
    long p999Nanos,
    long maxNanos) {
  /**
   * Summarises latencies.
   *
   * @param nanos one value a measurement, not changed; 0 or above
   * @throws InvalidInputException when there is none, or one is negative
   */
  public static LatencySummary of(long[] nanos) {
    if (nanos.length == 0) {
      throw new InvalidInputException("number of latencies", 0, "1 or more");
    }
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    if (sorted[0] < 0) {
      throw new InvalidInputException("latency", sorted[0], "0 or more nanoseconds");
    }
    return new LatencySummary(
        sorted.length,
        Arrays.stream(sorted).average().orElseThrow(),
        perMille(sorted, 500),
        perMille(sorted, 950),
        perMille(sorted, 990),
        perMille(sorted, 999),
        sorted[sorted.length - 1]);
  }

  /**
   * Nearest rank, in whole numbers: a rank computed from 0.999 would be one too high now and then.
   */
  private static long perMille(long[] sorted, int share) {
    long rank = Math.ceilDiv((long) sorted.length * share, 1000L);
    return sorted[(int) rank - 1];
  }
}
