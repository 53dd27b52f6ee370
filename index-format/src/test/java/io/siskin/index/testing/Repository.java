package io.siskin.index.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** The files of this repository, for tests that read documents and sources. */
public final class Repository {
  private Repository() {}

  /** Returns the root: the nearest directory above that holds {@code bin/siskin}. */
  public static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("bin/siskin"))) {
      directory = directory.getParent();
      if (directory == null) {
        throw new AssertionError("not below the root of the repository");
      }
    }
    return directory;
  }

  /** Returns a file of a module. */
  public static Path module(String name) {
    return root().resolve(name);
  }
}
