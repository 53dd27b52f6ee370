package io.siskin.index.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * What some tests need and not every machine has. A test whose need is not met is left out, and the
 * last line of the build counts such tests by what they need ({@code build/left-out}).
 */
public final class Needs {
  private Needs() {}

  /**
   * Leaves the test out that asks, unless its need is met.
   *
   * @param met whether it is
   * @param what is needed, in a few words without a colon; the same words for the same need
   * @param detail what exactly was looked for
   */
  public static void require(boolean met, String what, Object detail) {
    Assumptions.assumeTrue(met, () -> "needs " + what + ": " + detail);
  }

  /**
   * Returns a file of real data or of a real model, which lie outside the repository: in {@code
   * -Dsiskin.shared}, else in {@code SISKIN_SHARED} (environment), else in the folder {@code
   * shared} beside the checkout. Leaves the test out where it is missing.
   *
   * @param relative its path in that folder
   */
  public static Path sharedFile(String relative) {
    String fallback = System.getenv().getOrDefault("SISKIN_SHARED", "../../shared");
    Path file = Path.of(System.getProperty("siskin.shared", fallback)).resolve(relative);
    require(Files.exists(file), "the folder of shared data (see SISKIN_SHARED)", file);
    return file;
  }
}
