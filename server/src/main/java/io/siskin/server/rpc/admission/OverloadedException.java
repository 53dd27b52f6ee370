package io.siskin.server.rpc.admission;

/**
 * The server refuses a search because too many are waiting. Carries no stack trace: under overload
 * it is the most frequent answer, and it is a signal, not a fault.
 */
public final class OverloadedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the signal.
   *
   * @param queueCapacity how many searches may wait, all of which do
   */
  public OverloadedException(int queueCapacity) {
    super("the server is busy: " + queueCapacity + " searches are waiting", null, false, false);
  }
}
