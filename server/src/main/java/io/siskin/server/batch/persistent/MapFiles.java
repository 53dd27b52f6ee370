package io.siskin.server.batch.persistent;

import io.siskin.index.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names of the files of maps: {@code encodings-N.map}, where a later file has a larger N. */
final class MapFiles {
  private static final Pattern NAME = Pattern.compile("encodings-([1-9][0-9]{0,17})\\.map");

  private MapFiles() {}

  /** Tells whether a file has such a name. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * Returns the name of a file.
   *
   * @param number its number, 1 or more
   */
  static String name(long number) {
    return "encodings-" + number + ".map";
  }

  /** Returns the number in the name of a file. */
  static long number(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(name + " is no name of a map");
    }
    return Long.parseLong(matcher.group(1));
  }

  /**
   * Deletes the files of maps in a folder and the rest of a marker that was being written, and no
   * others.
   *
   * @param directory the folder
   * @param kept the names of those that stay
   */
  static void deleteExcept(Path directory, Set<String> kept) throws IOException {
    List<Path> found;
    try (Stream<Path> inside = Files.list(directory)) {
      found = inside.toList();
    }
    for (Path file : found) {
      String name = String.valueOf(file.getFileName());
      boolean unfinished =
          name.startsWith("." + CleanClose.FILE_NAME + ".") && AtomicFile.isPartial(file);
      if (unfinished || (isName(name) && !kept.contains(name))) {
        Files.deleteIfExists(file);
      }
    }
  }
}
