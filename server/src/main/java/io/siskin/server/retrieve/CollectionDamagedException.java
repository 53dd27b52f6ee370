package io.siskin.server.retrieve;

/**
 * The data's fault: the files of a collection are damaged, so nothing is read from them until they
 * are whole again. The log says once what was found.
 */
public final class CollectionDamagedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String collection;

  /**
   * Creates the error. It has no stack trace: it is thrown for every search of the collection.
   *
   * @param collection the collection's name
   */
  public CollectionDamagedException(String collection) {
    super(
        "collection '"
            + collection
            + "' is damaged: its files are not what was indexed; it is served again when they are"
            + " whole",
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
