package io.siskin.server.testing;

import io.siskin.index.testing.Needs;
import java.nio.file.Path;

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
    return Needs.sharedFile(relative);
  }
}
