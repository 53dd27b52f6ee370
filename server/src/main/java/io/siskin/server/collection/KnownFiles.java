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
 * What files of one name say in the folders of all collections that are served, as they were when
 * they were looked at. Safe for concurrent use.
 *
 * @param <T> what a file says
 */
final class KnownFiles<T> {
  private final String fileName;
  private final T missing;
  private final Reader<T> reader;
  private final ConcurrentMap<String, Known<T>> byCollection = new ConcurrentHashMap<>();

  /** What was read of a file, and what the file was like then. */
  private record Known<T>(Object stamp, T content) {}

  /** Reads a file of a folder. */
  @FunctionalInterface
  interface Reader<T> {
    /**
     * Reads the file.
     *
     * @param directory the folder of a collection, which may have no such file
     */
    T read(Path directory) throws IOException;
  }

  /**
   * Knows no collection yet.
   *
   * @param fileName the name of the files
   * @param missing what it means that a collection has none
   * @param reader reads one
   */
  KnownFiles(String fileName, T missing, Reader<T> reader) {
    this.fileName = fileName;
    this.missing = missing;
    this.reader = reader;
  }

  /**
   * Returns what the file of a collection says.
   *
   * @param collection the collection, not an alias
   */
  T of(String collection) {
    Known<T> known = byCollection.get(collection);
    return known == null ? missing : known.content();
  }

  /**
   * Reads the file of a collection if it is another one: it can be long, and this is done often.
   *
   * @param collection the collection
   * @param directory its folder
   */
  void look(String collection, Path directory) throws IOException {
    // Before it is read: what replaces the file meanwhile is found the next time.
    Object stamp = stamp(directory.resolve(fileName));
    Known<T> known = byCollection.get(collection);
    if (known == null || !stamp.equals(known.stamp())) {
      byCollection.put(collection, new Known<>(stamp, reader.read(directory)));
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
