package io.siskin.server.rpc.mapping;

/**
 * A response exceeds what this server sends: the request was in range, but its answer is too much
 * for one message.
 */
public final class ResponseTooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int lengthBytes;
  private final int lengthBytesMax;

  /**
   * Creates the error.
   *
   * @param lengthBytes the encoded length of the response
   * @param lengthBytesMax the longest that is sent
   */
  public ResponseTooLargeException(int lengthBytes, int lengthBytesMax) {
    super(
        "the response has "
            + lengthBytes
            + " bytes, more than the "
            + lengthBytesMax
            + " that this server sends; ask for fewer hits or fields");
    this.lengthBytes = lengthBytes;
    this.lengthBytesMax = lengthBytesMax;
  }

  /** Returns the encoded length of the response. */
  int lengthBytes() {
    return lengthBytes;
  }

  /** Returns the longest response that is sent. */
  int lengthBytesMax() {
    return lengthBytesMax;
  }
}
