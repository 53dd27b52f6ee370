package io.siskin.server.collection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.NearestNames;
import io.siskin.index.error.Ranges;
import io.siskin.index.error.UnsupportedFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The ranking trees that are stored with collections: the content of {@code .pipelines.json} in a
 * data directory. The file is replaced as a whole, so that all readers see a change at one moment.
 * What a tree is, is not known here.
 *
 * <p>Immutable.
 *
 * @param byCollection by the name of the collection, and then by that of the pipeline: the tree, in
 *     the form that its writer chose
 */
public record Pipelines(SortedMap<String, SortedMap<String, String>> byCollection) {
  /** The file's name in the data directory. */
  public static final String FILE_NAME = ".pipelines.json";

  /** A data directory without pipelines. */
  public static final Pipelines NONE = new Pipelines(new TreeMap<>());

  /** The most pipelines of a collection. */
  public static final int COUNT_MAX = 100;

  /** The longest tree, in characters. */
  public static final int LENGTH_MAX = 1 << 18;

  private static final int VERSION = 1;
  private static final int LENGTH_BYTES_MAX = 256 << 20;
  private static final String PIPELINES = "pipelines";

  private static final VersionedJsonFile FILE =
      new VersionedJsonFile(FILE_NAME, PIPELINES, VERSION, LENGTH_BYTES_MAX);

  /** Copies the maps. */
  public Pipelines {
    TreeMap<String, SortedMap<String, String>> copy = new TreeMap<>();
    byCollection.forEach(
        (name, trees) -> copy.put(name, Collections.unmodifiableSortedMap(new TreeMap<>(trees))));
    byCollection = Collections.unmodifiableSortedMap(copy);
  }

  /**
   * Returns the trees of a collection by the names of the pipelines.
   *
   * @param collection the collection, not an alias
   */
  public SortedMap<String, String> of(String collection) {
    return byCollection.getOrDefault(collection, Collections.emptySortedMap());
  }

  /**
   * Returns these pipelines and another one.
   *
   * @param collection the collection
   * @param name the name of the pipeline, which may be there
   * @param tree the tree
   * @throws InvalidInputException when the collection has too many, or the tree is too long
   */
  public Pipelines with(String collection, String name, String tree) {
    if (tree.length() > LENGTH_MAX) {
      throw new InvalidInputException(
          "node", tree.length() + " characters when it is stored", "at most " + LENGTH_MAX);
    }
    TreeMap<String, String> trees = new TreeMap<>(of(collection));
    trees.put(name, tree);
    Ranges.check("number of pipelines", trees.size(), 0, COUNT_MAX);
    TreeMap<String, SortedMap<String, String>> changed = new TreeMap<>(byCollection);
    changed.put(collection, trees);
    return new Pipelines(changed);
  }

  /**
   * Returns these pipelines but one.
   *
   * @param collection the collection
   * @param name the name of the pipeline
   * @throws InvalidInputException when there is none of the name
   */
  public Pipelines without(String collection, String name) {
    TreeMap<String, String> trees = new TreeMap<>(of(collection));
    if (trees.remove(name) == null) {
      throw unknown(name, of(collection));
    }
    TreeMap<String, SortedMap<String, String>> changed = new TreeMap<>(byCollection);
    changed.put(collection, trees);
    return trees.isEmpty() ? new Pipelines(changed).without(collection) : new Pipelines(changed);
  }

  /**
   * Returns these pipelines but those of one collection.
   *
   * @param collection the collection
   */
  public Pipelines without(String collection) {
    TreeMap<String, SortedMap<String, String>> changed = new TreeMap<>(byCollection);
    changed.remove(collection);
    return new Pipelines(changed);
  }

  /**
   * Returns the error of a name that no pipeline has.
   *
   * @param name the name
   * @param known those that there are, by name
   */
  public static InvalidInputException unknown(String name, Map<String, String> known) {
    return new InvalidInputException(
        "pipeline",
        "'" + name + "'",
        known.isEmpty()
            ? "none, since the collection has no pipelines"
            : "a pipeline of the collection" + NearestNames.hint(name, known.keySet()));
  }

  /**
   * Reads the pipelines of a data directory.
   *
   * @param data the data directory
   * @return none when there is no file
   * @throws CorruptSegmentException when the file is something else
   * @throws UnsupportedFormatException when it is of another version
   */
  public static Pipelines read(Path data) throws IOException {
    return FILE.read(data, NONE, Pipelines::read);
  }

  private static Pipelines read(ManifestMembers members, JsonNode collections)
      throws CorruptSegmentException {
    TreeMap<String, SortedMap<String, String>> found = new TreeMap<>();
    for (Map.Entry<String, JsonNode> collection : collections.properties()) {
      found.put(collection.getKey(), trees(members, collection));
    }
    return new Pipelines(found);
  }

  private static SortedMap<String, String> trees(
      ManifestMembers members, Map.Entry<String, JsonNode> collection)
      throws CorruptSegmentException {
    members.require(
        DataDirectory.isName(collection.getKey())
            && collection.getValue().isObject()
            && collection.getValue().size() <= COUNT_MAX,
        PIPELINES,
        "at most " + COUNT_MAX + " trees by the names of collections");
    TreeMap<String, String> trees = new TreeMap<>();
    for (Map.Entry<String, JsonNode> tree : collection.getValue().properties()) {
      members.require(
          DataDirectory.isName(tree.getKey())
              && tree.getValue().isTextual()
              && tree.getValue().textValue().length() <= LENGTH_MAX,
          PIPELINES,
          "texts by the names of pipelines");
      trees.put(tree.getKey(), tree.getValue().textValue());
    }
    return trees;
  }

  /**
   * Replaces the pipelines of a data directory, durably.
   *
   * @param data the data directory
   */
  public void write(Path data) throws IOException {
    FILE.write(
        data,
        collections ->
            byCollection.forEach(
                (collection, trees) -> {
                  ObjectNode named = collections.putObject(collection);
                  trees.forEach(named::put);
                }));
  }
}
