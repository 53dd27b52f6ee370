package io.siskin.server.encode;

/**
 * An encoder that is served elsewhere gave no answer that can be used. What was asked may be asked
 * again later. {@link #dependsOnTexts} tells whether asking for fewer texts at a time may help.
 */
public final class RemoteEncoderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Reason {
    /** It cannot be reached, is overloaded or not ready. */
    UNAVAILABLE,
    /** It did not answer in time. */
    DEADLINE_EXCEEDED,
    /** It refused what it was asked: a model that it lacks, an input that it does not take. */
    REFUSED,
    /** It answered what cannot be understood. */
    MALFORMED
  }

  private final Reason reason;

  /**
   * Makes an error.
   *
   * @param reason what went wrong
   * @param target what was asked, as its configuration names it
   * @param what what happened, in words
   */
  public RemoteEncoderException(Reason reason, String target, String what) {
    super(target + ": " + what);
    this.reason = reason;
  }

  /**
   * Makes an error with its cause.
   *
   * @param reason what went wrong
   * @param target what was asked
   * @param what what happened
   * @param cause what says more
   */
  public RemoteEncoderException(Reason reason, String target, String what, Throwable cause) {
    super(target + ": " + what, cause);
    this.reason = reason;
  }

  /** Returns what went wrong. */
  public Reason reason() {
    return reason;
  }

  /**
   * Tells whether the texts that were sent may be the cause. Then others may be encoded, and one of
   * them fails alone too.
   */
  public boolean dependsOnTexts() {
    return reason == Reason.REFUSED || reason == Reason.MALFORMED;
  }
}
