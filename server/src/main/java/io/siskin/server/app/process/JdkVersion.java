package io.siskin.server.app.process;

import org.jspecify.annotations.Nullable;

/**
 * Which JDKs Siskin runs on. {@code bin/siskin} looks for one that fits and names the same version;
 * this is for processes that are started without it. Classes of this build do not load at all on a
 * JDK older than 25.
 */
public final class JdkVersion {
  /** The oldest that fits. {@code bin/jdk.sh} and {@code pom.xml} name the same. */
  static final Runtime.Version OLDEST = Runtime.Version.parse("25.0.3");

  private JdkVersion() {}

  /**
   * Returns why Siskin must not run on a JDK, in one line, or null when it may.
   *
   * @param version the JDK's
   */
  public static @Nullable String refusal(Runtime.Version version) {
    // Only the numbers count, as for bin/siskin: 26-ea is newer than 25.0.3.
    for (int i = 0; i < OLDEST.version().size(); i++) {
      int have = i < version.version().size() ? version.version().get(i) : 0;
      int need = OLDEST.version().get(i);
      if (have > need) {
        return null;
      }
      if (have < need) {
        return "this is JDK "
            + version
            + ". Siskin needs JDK "
            + OLDEST
            + " or newer: JDK 25.0.0 to 25.0.2 can move memory that native code, such as zstd, is"
            + " reading";
      }
    }
    return null;
  }
}
