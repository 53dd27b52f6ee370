package io.siskin.server.app.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The most memory that this process has held at a time. */
public final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String HIGH_WATER_MARK = "VmHWM:";
  private static final int KIBIBYTE = 1024;

  private PeakMemory() {}

  /** Returns the peak of the resident set in bytes; null where the system does not tell. */
  public static @Nullable Long residentBytes() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(HIGH_WATER_MARK)) {
          String kibibytes = line.substring(HIGH_WATER_MARK.length()).replace("kB", "").strip();
          return Long.parseLong(kibibytes) * KIBIBYTE;
        }
      }
      return null;
    } catch (IOException notLinux) {
      return null;
    }
  }
}
