package io.siskin.server.collection;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Further names of collections: the content of {@code aliases.json} in a data directory. The file
 * is replaced as a whole, so that all readers see a change at one moment.
 *
 * <p>Immutable.
 *
 * @param collections the collection that each alias names
 */
public record Aliases(SortedMap<String, String> collections) {
  /** The file's name in the data directory. */
  public static final String FILE_NAME = "aliases.json";

  /** A data directory without aliases. */
  public static final Aliases NONE = new Aliases(new TreeMap<>());

  /** The most aliases of a data directory. */
  public static final int COUNT_MAX = 10_000;

  private static final int VERSION = 1;
  private static final int LENGTH_BYTES_MAX = 4 << 20;

  private static final String MEMBER = "aliases";

  private static final VersionedJsonFile FILE =
      new VersionedJsonFile(FILE_NAME, MEMBER, VERSION, LENGTH_BYTES_MAX);

  /** Copies the map. */
  public Aliases {
    collections = Collections.unmodifiableSortedMap(new TreeMap<>(collections));
  }

  /**
   * Returns the collection that a name stands for.
   *
   * @param name an alias, or the name of a collection
   * @return the name itself when it is no alias
   */
  public String resolve(String name) {
    return collections.getOrDefault(name, name);
  }

  /**
   * Returns the aliases of a collection, in ascending order.
   *
   * @param collection the collection
   */
  public List<String> of(String collection) {
    return collections.entrySet().stream()
        .filter(alias -> alias.getValue().equals(collection))
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * Returns these aliases and another one.
   *
   * @param alias the alias, which may be there
   * @param collection the collection that it names then
   */
  public Aliases with(String alias, String collection) {
    TreeMap<String, String> changed = new TreeMap<>(collections);
    changed.put(alias, collection);
    return new Aliases(changed);
  }

  /**
   * Returns these aliases but one.
   *
   * @param alias the alias
   */
  public Aliases without(String alias) {
    TreeMap<String, String> changed = new TreeMap<>(collections);
    changed.remove(alias);
    return new Aliases(changed);
  }

  /**
   * Reads the aliases of a data directory.
   *
   * @param data the data directory
   * @return none when there is no file
   * @throws CorruptSegmentException when the file is something else
   * @throws UnsupportedFormatException when it is of another version
   */
  public static Aliases read(Path data) throws IOException {
    return FILE.read(data, NONE, Aliases::read);
  }

  private static Aliases read(ManifestMembers members, JsonNode aliases)
      throws CorruptSegmentException {
    members.require(aliases.size() <= COUNT_MAX, MEMBER, "an object");
    TreeMap<String, String> found = new TreeMap<>();
    for (Map.Entry<String, JsonNode> alias : aliases.properties()) {
      members.require(
          DataDirectory.isName(alias.getKey())
              && alias.getValue().isTextual()
              && DataDirectory.isName(alias.getValue().textValue()),
          MEMBER,
          "names of collections by aliases");
      found.put(alias.getKey(), alias.getValue().textValue());
    }
    return new Aliases(found);
  }

  /**
   * Replaces the aliases of a data directory, durably.
   *
   * @param data the data directory
   */
  public void write(Path data) throws IOException {
    FILE.write(data, aliases -> collections.forEach(aliases::put));
  }
}
