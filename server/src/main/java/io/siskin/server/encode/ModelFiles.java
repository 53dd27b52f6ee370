package io.siskin.server.encode;

import java.nio.file.Path;
import java.util.List;

/**
 * A model as it lies on disk.
 *
 * @param ref its name and fingerprint
 * @param directory its folder
 * @param names the files in it that belong to the model; others may lie beside them
 */
public record ModelFiles(ModelRef ref, Path directory, List<String> names) {
  /** Copies the list. */
  public ModelFiles {
    names = List.copyOf(names);
  }
}
