package io.siskin.server.corpus;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Closes several things so that the failure of one does not leave another open. */
final class Closing {
  private Closing() {}

  /** Closes each; the first failure is thrown at the end, with the later ones suppressed in it. */
  static void closeAll(@Nullable Closeable... resources) throws IOException {
    IOException failure = null;
    for (Closeable resource : resources) {
      try {
        if (resource != null) {
          resource.close();
        }
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
