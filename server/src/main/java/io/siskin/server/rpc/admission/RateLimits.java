package io.siskin.server.rpc.admission;

import io.siskin.index.error.InvalidInputException;

/**
 * How much one caller may ask for. Immutable.
 *
 * @param requestsPerSecond how many requests a second, 0 to 1,000,000; 0 for no limit, which is the
 *     default. Each call counts, and each request of a stream
 * @param requestBurst how many requests may come at once after a pause, 1 to 1,000,000. Default:
 *     100
 * @param documentsPerSecond how many documents a second may be written, changed or deleted by id, 0
 *     to 1,000,000,000; 0 for no limit, which is the default
 * @param documentBurst how many documents may come at once after a pause, 1 to 1,000,000,000. A
 *     request with more documents is taken as soon as so many could come, and the ones after it
 *     wait for longer. Default: 10,000, which is the largest request
 */
public record RateLimits(
    int requestsPerSecond, int requestBurst, int documentsPerSecond, int documentBurst) {
  /** No limits. */
  public static final RateLimits NONE = new RateLimits(0, 100, 0, 10_000);

  /** Checks the ranges. */
  public RateLimits {
    check("requests per second", requestsPerSecond, 0, 1_000_000);
    check("request burst", requestBurst, 1, 1_000_000);
    check("documents per second", documentsPerSecond, 0, 1_000_000_000);
    check("document burst", documentBurst, 1, 1_000_000_000);
  }

  private static void check(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new InvalidInputException(option, value, min + " to " + max);
    }
  }

  /** Returns whether nothing is limited. */
  public boolean areNone() {
    return requestsPerSecond == 0 && documentsPerSecond == 0;
  }
}
