package io.siskin.server.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Real data and models that lie outside the repository: {@code SISKIN_SHARED} (environment) or
 * {@code -Dsiskin.shared}, by default the folder {@code shared} beside the checkout. A test that
 * needs a file which is not there is counted as skipped.
 */
public final class SharedFiles {
  private SharedFiles() {}

  /**
   * Returns a shared file, or skips the test that asks.
   *
   * @param relative its path in the shared folder
   */
  public static Path require(String relative) {
    String fallback = System.getenv().getOrDefault("SISKIN_SHARED", "../../shared");
    Path file = Path.of(System.getProperty("siskin.shared", fallback)).resolve(relative);
    Assumptions.assumeTrue(Files.exists(file), () -> "needs " + file + " (see SISKIN_SHARED)");
    return file;
  }
}
