package io.siskin.server.retrieve;

import io.siskin.index.error.NearestNames;
import java.util.Collection;

/** The caller's fault: a collection of that name is not served here. */
public final class CollectionNotFoundException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String collection;

  /**
   * Creates the error.
   *
   * @param collection the name that was asked for
   * @param known the names that are served, of which the message gives the most similar ones
   */
  public CollectionNotFoundException(String collection, Collection<String> known) {
    super(message(collection) + NearestNames.hint(collection, known));
    this.collection = collection;
  }

  /** Returns the message without the names of other collections. */
  public String plainMessage() {
    return message(collection);
  }

  private static String message(String collection) {
    return "collection '" + collection + "' does not exist";
  }

  /** Returns the name that was asked for. */
  public String collection() {
    return collection;
  }
}
