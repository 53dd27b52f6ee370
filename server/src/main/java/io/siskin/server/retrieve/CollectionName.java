package io.siskin.server.retrieve;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.collection.DataDirectory;

/** The rule for the names of collections, which is that of the data directory. */
public final class CollectionName {
  private CollectionName() {}

  /**
   * Checks a name in a request.
   *
   * @param field its path in the request
   * @param name the name
   * @return the name
   * @throws InvalidInputException when no collection can have this name
   */
  public static String check(String field, String name) {
    DataDirectory.checkName(field, name);
    return name;
  }
}
