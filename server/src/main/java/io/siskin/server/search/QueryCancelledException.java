package io.siskin.server.search;

/**
 * Ends an evaluation whose answer nobody waits for any more. Carries no stack trace: it is a
 * signal, not a fault.
 */
public final class QueryCancelledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why the evaluation ended. */
  public enum Reason {
    /** The request's deadline passed. */
    DEADLINE_EXCEEDED,
    /** The caller cancelled the request or its connection broke. */
    CANCELLED
  }

  private final Reason reason;

  /**
   * Creates the signal.
   *
   * @param reason why
   */
  public QueryCancelledException(Reason reason) {
    super(reason.name(), null, false, false);
    this.reason = reason;
  }

  /** Returns why the evaluation ended. */
  public Reason reason() {
    return reason;
  }
}
