package io.siskin.server.retrieve;

/** The caller's fault: a collection of that name is not served here. */
public final class CollectionNotFoundException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String collection;

  /**
   * Creates the error.
   *
   * @param collection the name that was asked for
   * @param known the names that are served, for the message
   */
  public CollectionNotFoundException(String collection, Iterable<String> known) {
    super("collection '" + collection + "' does not exist; known: " + String.join(", ", known));
    this.collection = collection;
  }

  /** Returns the name that was asked for. */
  public String collection() {
    return collection;
  }
}
