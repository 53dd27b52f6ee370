package io.siskin.server.rpc.admission;

/**
 * The server is shutting down and takes no new work. Carries no stack trace: it is a signal, not a
 * fault.
 */
public final class DrainingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the signal. */
  public DrainingException() {
    super("the server is shutting down", null, false, false);
  }
}
