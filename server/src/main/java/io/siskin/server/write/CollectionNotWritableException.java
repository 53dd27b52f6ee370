package io.siskin.server.write;

/** A collection cannot be written or changed now. It can still be searched. */
public final class CollectionNotWritableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String collection;
  private final Reason reason;

  /** Why. */
  public enum Reason {
    /** Another process is writing it. */
    LOCKED,
    /** It was made by an older version in a way that cannot be added to. */
    OLD_FORM,
    /** Its segments have no forward index, which merges and updates read. */
    NO_FORWARD_INDEX,
    /** Its log has failed. The server's log says how. It is opened anew when the server starts. */
    LOG_FAILED,
    /** An alias names it. */
    ALIASED,
    /** It is being closed, since it is replaced or removed or the server ends. */
    CLOSING
  }

  /**
   * Creates the error.
   *
   * @param collection the collection's name
   * @param reason why
   * @param message what is the matter and what can be done
   */
  public CollectionNotWritableException(String collection, Reason reason, String message) {
    super("collection '" + collection + "' cannot be changed now: " + message);
    this.collection = collection;
    this.reason = reason;
  }

  /** Returns the collection's name. */
  public String collection() {
    return collection;
  }

  /** Returns why it cannot be written. */
  public Reason reason() {
    return reason;
  }

  /**
   * Tells whether a failure says that a collection is being closed.
   *
   * @param failed the failure
   */
  static boolean isClosing(Throwable failed) {
    return failed instanceof CollectionNotWritableException refused
        && refused.reason == Reason.CLOSING;
  }
}
