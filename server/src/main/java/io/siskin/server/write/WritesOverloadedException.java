package io.siskin.server.write;

import java.time.Duration;

/**
 * A write was not taken, since too many wait, or since memory or disk is full. Nothing of it was
 * done. It may be tried again later.
 */
public final class WritesOverloadedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final transient Duration retryAfter;

  /** Which limit was reached. */
  public enum Reason {
    /** Too many writes wait. */
    QUEUE_FULL,
    /** The documents that are not in segments yet take too much memory. */
    MEMORY_FULL,
    /** The disk of the log is full. */
    DISK_FULL
  }

  /**
   * Creates the error.
   *
   * @param reason which limit was reached
   * @param message the limit with its value
   * @param retryAfter after which time it may be tried again
   */
  public WritesOverloadedException(Reason reason, String message, Duration retryAfter) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** Returns which limit was reached. */
  public Reason reason() {
    return reason;
  }

  /** Returns after which time it may be tried again. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
