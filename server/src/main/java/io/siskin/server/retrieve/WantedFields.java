package io.siskin.server.retrieve;

import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.NearestNames;
import io.siskin.server.collection.CollectionSnapshot;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The fields that a request wants of each document, stored and declared ones.
 *
 * <p>Immutable; safe to share.
 */
final class WantedFields implements Predicate<String> {
  /** The name that stands for all fields. */
  private static final String ALL = "*";

  private final Set<String> names;
  private final boolean areAll;

  /**
   * Reads what a request says.
   *
   * @param fields the names of fields; {@code "*"} stands for all of them
   */
  WantedFields(List<String> fields) {
    this.names = new LinkedHashSet<>(fields);
    this.areAll = names.contains(ALL);
  }

  /** Returns whether every field is wanted. */
  boolean areAll() {
    return areAll;
  }

  /** Returns whether a field is wanted. */
  @Override
  public boolean test(String name) {
    return areAll || names.contains(name);
  }

  /**
   * Checks that a collection has the fields. A name that no document has is most likely misspelled;
   * without this it would be ignored.
   *
   * @param snapshot the collection
   * @throws InvalidInputException when it has no field of a name
   */
  void check(CollectionSnapshot snapshot) {
    check(snapshot, "fields");
  }

  /**
   * Checks the same for fields that are named elsewhere.
   *
   * @param snapshot the collection
   * @param path where they are named
   * @throws InvalidInputException when it has no field of a name
   */
  void check(CollectionSnapshot snapshot, String path) {
    Schema schema = snapshot.manifest().settings().schema();
    for (String field : names) {
      if (!field.equals(ALL)
          && schema.field(field) == null
          && !snapshot.storedFields().contains(field)) {
        throw new InvalidInputException(
            path,
            "'" + field + "'",
            "a stored field of the collection, or '*' for all of them"
                + NearestNames.hint(field, known(snapshot)));
      }
    }
  }

  /**
   * Returns the names of the fields that a collection has: stored ones, then declared ones.
   *
   * @param snapshot the collection
   */
  static List<String> known(CollectionSnapshot snapshot) {
    Set<String> known = new LinkedHashSet<>(snapshot.storedFields());
    snapshot.manifest().settings().schema().fields().forEach(field -> known.add(field.name()));
    return List.copyOf(known);
  }
}
