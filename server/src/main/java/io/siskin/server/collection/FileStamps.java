package io.siskin.server.collection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a look at the files of a collection shows without reading them. Two looks are equal when
 * nobody has written to a file, exchanged it or removed it between them.
 *
 * @param manifest the manifest that names the segments
 * @param files identity, length and time of each file of these segments, by path
 */
record FileStamps(CollectionManifest manifest, Map<String, String> files) {
  /**
   * Looks at the files of a collection.
   *
   * @param directory the collection's folder
   * @param manifest its manifest
   */
  static FileStamps of(Path directory, CollectionManifest manifest) {
    Map<String, String> files = new TreeMap<>();
    for (CollectionManifest.SegmentEntry entry : manifest.segments()) {
      try (Stream<Path> inside =
          Files.list(DataDirectory.segmentDirectory(directory, entry.id()))) {
        for (Path file : inside.toList()) {
          BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
          files.put(
              file.toString(),
              found.fileKey() + " " + found.size() + " " + found.lastModifiedTime());
        }
      } catch (IOException missing) {
        files.put(entry.id(), String.valueOf(missing.getMessage()));
      }
    }
    return new FileStamps(manifest, Map.copyOf(files));
  }
}
