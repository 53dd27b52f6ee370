package io.siskin.server.rpc.admission;

import java.time.Duration;

/**
 * The server refuses a search because its deadline would pass before its answer. Carries no stack
 * trace: it is a signal, not a fault.
 */
public final class DeadlineOutOfReachException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  /**
   * Creates the signal.
   *
   * @param expectedNanos how long the answer would take, in nanoseconds
   * @param remainingNanos how long the caller waits, in nanoseconds
   */
  public DeadlineOutOfReachException(long expectedNanos, long remainingNanos) {
    super(
        "the server is busy: the answer would take about "
            + millis(expectedNanos)
            + " ms, and the deadline is "
            + millis(remainingNanos)
            + " ms away",
        null,
        false,
        false);
    this.retryAfter = Duration.ofMillis(millis(expectedNanos - remainingNanos));
  }

  private static long millis(long nanos) {
    return Math.max(0, Math.ceilDiv(nanos, 1_000_000));
  }

  /** Returns after how long the same search would come in time, if no more work arrives. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
