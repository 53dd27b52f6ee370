package io.siskin.server.access;

import io.siskin.index.error.InvalidInputException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A right to do something with some collections. Immutable.
 *
 * @param role what may be done
 * @param collections names or aliases of collections, as requests give them. One that ends in
 *     {@code *} stands for all names that begin with what is before it; {@code *} alone stands for
 *     all names. 1 to {@value #COLLECTIONS_MAX}
 */
public record Grant(Role role, List<String> collections) {
  /** The pattern that stands for all names. */
  public static final String ALL = "*";

  /** The most collections of one grant. */
  public static final int COLLECTIONS_MAX = 100;

  private static final Pattern COLLECTION =
      Pattern.compile("\\*|[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\\*?");

  /** Checks the names. */
  public Grant {
    collections = List.copyOf(collections);
    if (collections.isEmpty() || collections.size() > COLLECTIONS_MAX) {
      throw new InvalidInputException(
          "collections of a grant", collections.size(), "1 to " + COLLECTIONS_MAX);
    }
    for (String collection : collections) {
      if (!COLLECTION.matcher(collection).matches()) {
        throw new InvalidInputException(
            "collection of a grant",
            collection.isEmpty() ? "empty" : collection,
            "a name, the beginning of names with a '*' behind it, or '*' for all");
      }
    }
  }

  /**
   * Returns whether this allows something with a collection.
   *
   * @param needed the role that it needs
   * @param collection the name or alias that the request gives
   */
  public boolean allows(Role needed, String collection) {
    if (!role.includes(needed)) {
      return false;
    }
    for (String pattern : collections) {
      if (matches(pattern, collection)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(String pattern, String collection) {
    int last = pattern.length() - 1;
    return pattern.charAt(last) == '*'
        ? collection.regionMatches(0, pattern, 0, last)
        : pattern.equals(collection);
  }

  /**
   * Returns whether this allows something with all collections, those included that do not exist
   * yet.
   *
   * @param needed the role that it needs
   */
  public boolean allowsAll(Role needed) {
    return role.includes(needed) && collections.contains(ALL);
  }
}
