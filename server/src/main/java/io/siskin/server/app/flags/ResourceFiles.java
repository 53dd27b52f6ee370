package io.siskin.server.app.flags;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import io.siskin.index.format.Sha256;
import io.siskin.server.encode.factory.EncoderResources;
import io.siskin.server.encode.spec.ResourceRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The files that options name and that are to be stored with a collection. */
final class ResourceFiles {
  // Enough to tell the files of one collection apart; the whole hash is stored with the reference.
  private static final int HASH_DIGITS_IN_NAME = 12;

  // Name in the collection → file to copy.
  private final Map<String, Path> files = new LinkedHashMap<>();

  /**
   * Takes a file.
   *
   * @param option the option that names it
   * @param stem what its name in the collection begins with
   * @param file the file
   * @return what the encoder's spec says
   */
  ResourceRef reference(String option, String stem, Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(option, file, "a file that exists");
    }
    String hash = Sha256.hex(BoundedFile.readInput(file, EncoderResources.LENGTH_BYTES_MAX));
    // The hash is in the name, so that a new build never meets another file of the old one.
    String name = stem + "-" + hash.substring(0, HASH_DIGITS_IN_NAME) + ".json";
    files.put(name, file);
    return new ResourceRef(name, hash);
  }

  /** Forgets all files. */
  void clear() {
    files.clear();
  }

  /** Returns the files by their names in the collection. */
  Map<String, Path> byName() {
    return Map.copyOf(files);
  }
}
