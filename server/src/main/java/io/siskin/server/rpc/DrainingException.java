package io.siskin.server.rpc;

/**
 * The server is shutting down and takes no new work. Carries no stack trace: it is a signal, not a
 * fault.
 */
final class DrainingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the signal. */
  DrainingException() {
    super("the server is shutting down", null, false, false);
  }
}
