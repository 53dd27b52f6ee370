package io.siskin.server.encode.factory;

import io.siskin.server.encode.spec.ModelRef;
import java.nio.file.Path;
import java.util.List;

/**
 * A model as it lies on disk.
 *
 * @param ref its name and fingerprint
 * @param directory its folder
 * @param names the files in it that belong to the model, in the order in which they may be
 *     replaced; others may lie beside them
 * @param replaceable whether other files may stand for the same model: where it is served
 *     elsewhere, its address may change
 */
public record ModelFiles(ModelRef ref, Path directory, List<String> names, boolean replaceable) {
  /**
   * Makes one that stays as it is.
   *
   * @param ref its name and fingerprint
   * @param directory its folder
   * @param names the files in it that belong to the model
   */
  public ModelFiles(ModelRef ref, Path directory, List<String> names) {
    this(ref, directory, names, false);
  }

  /** Copies the list. */
  public ModelFiles {
    names = List.copyOf(names);
  }
}
