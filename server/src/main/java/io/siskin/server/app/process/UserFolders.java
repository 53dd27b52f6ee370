package io.siskin.server.app.process;

import java.nio.file.Path;

/** Where the user's files of a kind belong on this system. */
public final class UserFolders {
  private UserFolders() {}

  /** Returns Siskin's folder for what can be made again. */
  public static Path cache() {
    String given = System.getenv("XDG_CACHE_HOME");
    if (given != null && Path.of(given).isAbsolute()) {
      return Path.of(given, "siskin");
    }
    Path home = Path.of(System.getProperty("user.home"));
    boolean mac = System.getProperty("os.name", "").startsWith("Mac");
    return home.resolve(mac ? "Library/Caches" : ".cache").resolve("siskin");
  }
}
