package io.siskin.server.access;

import java.time.Duration;

/** The caller's fault: too many calls from its address have had no valid key. */
public final class TooManyAttemptsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  /**
   * Creates the error.
   *
   * @param retryAfter after which time to try again
   */
  public TooManyAttemptsException(Duration retryAfter) {
    super("too many calls from this address had no valid key", null, false, false);
    this.retryAfter = retryAfter;
  }

  /** Returns after which time to try again. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
