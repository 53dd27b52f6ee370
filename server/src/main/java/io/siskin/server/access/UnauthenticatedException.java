package io.siskin.server.access;

/** The caller's fault: the server asks for a key, and the call has none that is valid. */
public final class UnauthenticatedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Refusal reason;

  /**
   * Creates the error.
   *
   * @param reason why
   */
  public UnauthenticatedException(Refusal reason) {
    // Without a stack: it is the caller's fault, and callers can make as many as they like.
    super(message(reason), null, false, false);
    this.reason = reason;
  }

  private static String message(Refusal reason) {
    return switch (reason) {
      case NO_KEY -> "this server asks for a key: send it as 'authorization: Bearer KEY'";
      case MALFORMED ->
          "what was sent as a key is none; allowed: 'authorization: Bearer KEY' or 'x-api-key:"
              + " KEY' with one key as 'siskin keys create' prints it";
      case EXPIRED -> "the key has expired";
      default -> "the key is not known here; it may have been revoked";
    };
  }

  /** Returns why. */
  public Refusal reason() {
    return reason;
  }
}
