package io.siskin.server.batch;

/**
 * A {@link DynamicBatcher} has been closed: it takes no more texts, and those that it did not get
 * done within its grace period end with this. Carries no stack trace: it is a signal, not a fault.
 */
public final class EncoderClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the signal. */
  public EncoderClosedException() {
    super("the encoder is closed", null, false, false);
  }
}
