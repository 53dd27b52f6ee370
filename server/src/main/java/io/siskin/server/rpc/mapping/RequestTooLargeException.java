package io.siskin.server.rpc.mapping;

/**
 * The caller's fault: a compressed request is longer than this server takes once it is unpacked.
 * Carries no stack trace.
 */
public final class RequestTooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the error. */
  public RequestTooLargeException() {
    super("the request is longer than this server takes when it is unpacked", null, false, false);
  }
}
