package io.siskin.server.batch;

import java.time.Duration;

/**
 * A {@link DynamicBatcher} refuses texts at once instead of letting them wait in vain. Carries no
 * stack trace: under overload it is the most frequent answer, and it is a signal, not a fault.
 */
public final class EncoderOverloadedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why texts are refused. */
  public enum Reason {
    /** All places of the queue are taken. */
    QUEUE_FULL("the encoder's queue is full"),
    /** At the measured rate the answer would come after the deadline. */
    DEADLINE_OUT_OF_REACH("the encoder is too busy to answer before the deadline");

    private final String message;

    Reason(String message) {
      this.message = message;
    }
  }

  private final Reason reason;
  private final Duration retryAfter;

  /**
   * Creates the signal.
   *
   * @param reason why
   * @param retryAfter after how long there should be room, above 0
   */
  public EncoderOverloadedException(Reason reason, Duration retryAfter) {
    super(reason.message, null, false, false);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** Returns why the texts were refused. */
  public Reason reason() {
    return reason;
  }

  /** Returns after how long there should be room, going by the measured rate. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
