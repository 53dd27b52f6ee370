package io.siskin.server.collection;

import com.fasterxml.jackson.databind.JsonNode;
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
 * The ranking trees that are stored with a collection: the content of {@code pipelines.json} in its
 * folder. The file is replaced as a whole, so that all readers see a change at one moment. What a
 * tree is, is not known here.
 *
 * <p>Immutable.
 *
 * @param trees by the name of the pipeline: the tree, in the form that its writer chose
 */
public record Pipelines(SortedMap<String, String> trees) {
  /** The file's name in the folder of a collection or of a snapshot. */
  public static final String FILE_NAME = "pipelines.json";

  /** A collection without pipelines. */
  public static final Pipelines NONE = new Pipelines(new TreeMap<>());

  /** The most pipelines of a collection. */
  public static final int COUNT_MAX = 100;

  /** The longest tree, in characters. */
  public static final int LENGTH_MAX = 1 << 18;

  private static final int VERSION = 1;
  private static final int LENGTH_BYTES_MAX = 2 * COUNT_MAX * LENGTH_MAX;
  private static final String PIPELINES = "pipelines";

  private static final VersionedJsonFile FILE =
      new VersionedJsonFile(FILE_NAME, PIPELINES, VERSION, LENGTH_BYTES_MAX);

  /** Copies the map. */
  public Pipelines {
    trees = Collections.unmodifiableSortedMap(new TreeMap<>(trees));
  }

  /**
   * Returns these pipelines and another one.
   *
   * @param name the name of the pipeline, which may be there
   * @param tree the tree
   * @throws InvalidInputException when there are too many, or the tree is too long
   */
  public Pipelines with(String name, String tree) {
    if (tree.length() > LENGTH_MAX) {
      throw new InvalidInputException(
          "node", tree.length() + " characters when it is stored", "at most " + LENGTH_MAX);
    }
    TreeMap<String, String> changed = new TreeMap<>(trees);
    changed.put(name, tree);
    Ranges.check("number of pipelines", changed.size(), 0, COUNT_MAX);
    return new Pipelines(changed);
  }

  /**
   * Returns these pipelines but one.
   *
   * @param name the name of the pipeline
   * @throws PipelineNotFoundException when there is none of the name
   */
  public Pipelines without(String name) {
    TreeMap<String, String> changed = new TreeMap<>(trees);
    if (changed.remove(name) == null) {
      throw new PipelineNotFoundException(name, trees);
    }
    return new Pipelines(changed);
  }

  /**
   * Returns the error of a search that names a pipeline which is not there. It is an error of the
   * request: what is to be searched exists.
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
   * Reads the pipelines of a collection.
   *
   * @param directory the folder of the collection, or of a snapshot
   * @return none when there is no file
   * @throws CorruptSegmentException when the file is something else
   * @throws UnsupportedFormatException when it is of another version
   */
  public static Pipelines read(Path directory) throws IOException {
    return FILE.read(directory, NONE, Pipelines::read);
  }

  private static Pipelines read(ManifestMembers members, JsonNode object)
      throws CorruptSegmentException {
    members.require(object.size() <= COUNT_MAX, PIPELINES, "at most " + COUNT_MAX + " trees");
    TreeMap<String, String> trees = new TreeMap<>();
    for (Map.Entry<String, JsonNode> tree : object.properties()) {
      members.require(
          DataDirectory.isName(tree.getKey())
              && tree.getValue().isTextual()
              && tree.getValue().textValue().length() <= LENGTH_MAX,
          PIPELINES,
          "texts by the names of pipelines");
      trees.put(tree.getKey(), tree.getValue().textValue());
    }
    return new Pipelines(trees);
  }

  /**
   * Replaces the pipelines of a collection, durably.
   *
   * @param directory the folder of the collection
   */
  public void write(Path directory) throws IOException {
    FILE.write(directory, object -> trees.forEach(object::put));
  }
}
