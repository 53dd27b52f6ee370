package io.siskin.server.encode.imports;

import io.siskin.index.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A model directory that is to be made.
 *
 * @param suffix what stands behind the name of the whole in this one's name; empty for the only one
 * @param copies the files to copy, by their paths in the new folder
 * @param contents the content of the files to write, by their paths in the new folder
 */
public record PlannedModel(
    String suffix, SortedMap<String, Path> copies, SortedMap<String, byte[]> contents) {
  /** The longest suffix, in characters. */
  public static final int SUFFIX_LENGTH_MAX = 9;

  /** Copies the maps, not the contents, which nobody may change. */
  public PlannedModel {
    copies = Collections.unmodifiableSortedMap(new TreeMap<>(copies));
    contents = Collections.unmodifiableSortedMap(new TreeMap<>(contents));
  }

  /** Returns the paths of all files in the new folder, in their order. */
  public List<String> names() {
    List<String> names = new ArrayList<>(copies.keySet());
    names.addAll(contents.keySet());
    Collections.sort(names);
    return names;
  }

  /**
   * Returns where the folder lies.
   *
   * @param output where the whole import goes
   */
  public Path directory(Path output) {
    return output.resolveSibling(output.getFileName() + suffix);
  }

  /**
   * Writes the files, and forces them to the disk.
   *
   * @param folder an empty folder
   * @throws IOException when a file cannot be read or written
   */
  public void writeTo(Path folder) throws IOException {
    for (Map.Entry<String, Path> copy : copies.entrySet()) {
      AtomicFile.copy(copy.getValue(), place(folder, copy.getKey()));
    }
    for (Map.Entry<String, byte[]> content : contents.entrySet()) {
      AtomicFile.write(place(folder, content.getKey()), content.getValue());
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path directory : all.filter(Files::isDirectory).toList()) {
        AtomicFile.forceDirectory(directory);
      }
    }
  }

  private static Path place(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    return file;
  }
}
