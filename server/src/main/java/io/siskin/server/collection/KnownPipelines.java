package io.siskin.server.collection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The pipelines of all collections that are served, as their files were when they were looked at.
 * Safe for concurrent use.
 */
final class KnownPipelines {
  private final ConcurrentMap<String, Known> byCollection = new ConcurrentHashMap<>();

  /** What was read of a file, and what the file was like then. */
  private record Known(Object stamp, Pipelines pipelines) {}

  /**
   * Returns the pipelines of a collection.
   *
   * @param collection the collection, not an alias
   */
  Pipelines of(String collection) {
    Known known = byCollection.get(collection);
    return known == null ? Pipelines.NONE : known.pipelines();
  }

  /**
   * Reads the file of a collection if it is another one: it can be long, and this is done often.
   *
   * @param collection the collection
   * @param directory its folder
   */
  void look(String collection, Path directory) throws IOException {
    // Before it is read: what replaces the file meanwhile is found the next time.
    Object stamp = stamp(directory.resolve(Pipelines.FILE_NAME));
    Known known = byCollection.get(collection);
    if (known == null || !stamp.equals(known.stamp())) {
      byCollection.put(collection, new Known(stamp, Pipelines.read(directory)));
    }
  }

  /**
   * Forgets a collection that is not served any more.
   *
   * @param collection the collection
   */
  void forget(String collection) {
    byCollection.remove(collection);
  }

  private static Object stamp(Path file) throws IOException {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return Arrays.asList(found.fileKey(), found.lastModifiedTime(), found.size());
    } catch (NoSuchFileException missing) {
      return "missing";
    }
  }
}
