package io.siskin.server.retrieve;

/**
 * Nobody's fault as yet: a search has failed unexpectedly, and the files of its collection are
 * being verified. A moment later the same search is answered, or fails with the reason.
 */
public final class CollectionUnderVerificationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String collection;

  /**
   * Creates the error. It has no stack trace: what the search met is logged by the verification.
   *
   * @param collection the collection's name
   */
  public CollectionUnderVerificationException(String collection) {
    super(
        "the search failed, and the files of collection '"
            + collection
            + "' are being verified to find out why; try again",
        null,
        false,
        false);
    this.collection = collection;
  }

  /** Returns the collection's name. */
  public String collection() {
    return collection;
  }
}
