package io.siskin.server.retrieve;

/**
 * A response exceeds what this server sends: the request was in range, but its answer is too much
 * for one message. Thrown as soon as that is known, so its length may be a part of the whole.
 */
public final class ResponseTooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long lengthBytes;
  private final long lengthBytesMax;

  /**
   * Creates the error.
   *
   * @param lengthBytes how long the response is at least, encoded
   * @param lengthBytesMax the longest that is sent
   */
  public ResponseTooLargeException(long lengthBytes, long lengthBytesMax) {
    super(
        "the response has at least "
            + lengthBytes
            + " bytes, more than the "
            + lengthBytesMax
            + " that this server sends; ask for fewer hits, for fewer fields or without"
            + " explanations");
    this.lengthBytes = lengthBytes;
    this.lengthBytesMax = lengthBytesMax;
  }

  /** Returns how long the response is at least, encoded. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /** Returns the longest response that is sent. */
  public long lengthBytesMax() {
    return lengthBytesMax;
  }
}
