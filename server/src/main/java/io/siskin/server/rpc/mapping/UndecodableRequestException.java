package io.siskin.server.rpc.mapping;

/**
 * The caller's fault: the bytes of a request are not a message of the method's type. Carries no
 * stack trace: where the parser stopped says nothing about the sender.
 */
public final class UndecodableRequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String method;

  /**
   * Creates the error.
   *
   * @param method the full name of the method that was called
   */
  public UndecodableRequestException(String method) {
    super(
        "the request is not a message that "
            + method
            + " takes: its bytes were damaged, or were made with another protocol file",
        null,
        false,
        false);
    this.method = method;
  }

  /** Returns the full name of the method that was called. */
  String method() {
    return method;
  }
}
