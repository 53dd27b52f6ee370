package io.siskin.server.rpc.admission;

import java.time.Duration;

/**
 * The server refuses a request because its caller has sent too many. Carries no stack trace: it is
 * a signal, not a fault.
 */
public final class RateExceededException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Which limit was exceeded. */
  public enum Limit {
    /** Requests a second. */
    REQUESTS,
    /** Documents a second. */
    DOCUMENTS
  }

  private final Limit limit;
  private final Duration retryAfter;

  /**
   * Creates the signal.
   *
   * @param limit which limit
   * @param perSecond how many are allowed a second
   * @param waitNanos after how many nanoseconds the same request would be taken
   */
  public RateExceededException(Limit limit, int perSecond, long waitNanos) {
    super(
        "too many "
            + (limit == Limit.REQUESTS ? "requests" : "documents")
            + ": this caller may send "
            + perSecond
            + " a second",
        null,
        false,
        false);
    this.limit = limit;
    // Rounded up, since one that comes too early is refused again.
    this.retryAfter = Duration.ofMillis(Math.max(1, Math.ceilDiv(waitNanos, 1_000_000)));
  }

  /** Returns which limit was exceeded. */
  public Limit limit() {
    return limit;
  }

  /** Returns after how long the same request is taken, if the caller sends nothing else. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
