package io.siskin.server.write;

import io.siskin.index.file.DiskSpace;
import io.siskin.server.log.LogFullException;
import java.nio.file.Path;
import java.time.Duration;

/** What callers are told when the disk has no room. Stateless. */
final class FullDisk {
  /** A segment, a manifest or a snapshot hardly needs less. */
  private static final long LENGTH_BYTES_WANTED = 64 << 10;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private FullDisk() {}

  /**
   * Returns what a write is told that the log had no room for.
   *
   * @param full what the log says
   */
  static WritesOverloadedException told(LogFullException full) {
    return refusal("the disk of the log is full: " + full.getMessage());
  }

  /**
   * Returns what a caller is told about a failure: that the disk is full where that is its cause,
   * else the failure itself.
   *
   * @param failed the failure, which has changed nothing
   * @param directory an existing folder of the disk
   */
  static Throwable told(Throwable failed, Path directory) {
    return failed instanceof WritesOverloadedException || !isCauseOf(failed, directory)
        ? failed
        : refusal("the disk is full: " + failed.getMessage());
  }

  /**
   * Returns what writes are told while what is in memory cannot be sealed.
   *
   * @param failed why the last attempt has failed
   * @param directory an existing folder of the disk
   */
  static WritesOverloadedException unsealed(Throwable failed, Path directory) {
    return isCauseOf(failed, directory)
        ? refusal("the disk is full, so what is in memory cannot be moved into a segment")
        : new WritesOverloadedException(
            WritesOverloadedException.Reason.MEMORY_FULL,
            "what is in memory cannot be moved into a segment; the server's log says why",
            RETRY_AFTER);
  }

  private static boolean isCauseOf(Throwable failed, Path directory) {
    return DiskSpace.isUsedUp(failed, directory, LENGTH_BYTES_WANTED);
  }

  private static WritesOverloadedException refusal(String message) {
    return new WritesOverloadedException(
        WritesOverloadedException.Reason.DISK_FULL, message, RETRY_AFTER);
  }
}
