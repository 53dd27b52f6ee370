package io.siskin.server.rpc.mapping;

/**
 * An answer is not sent, because its client has not read the ones before it. Carries no stack
 * trace: it is a signal, not a fault.
 */
public final class UnreadAnswersException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the signal.
   *
   * @param unreadBytes how many bytes the client has not read
   */
  public UnreadAnswersException(long unreadBytes) {
    super(
        "this connection has answers of " + unreadBytes + " bytes that its client does not read",
        null,
        false,
        false);
  }
}
