package io.siskin.server.observe;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import java.nio.file.Path;

/**
 * Where a line for each call goes, and what is in it. Immutable.
 *
 * @param destination where the lines go. Default: nowhere
 * @param queries whether lines have the texts that were searched for. Default: false
 * @param queueCapacity how many lines may wait to be written, 16 to 1,048,576; more are lost and
 *     counted. Default: 8,192
 */
public record AccessLogOptions(Destination destination, boolean queries, int queueCapacity) {
  /** No line is written. */
  public static final AccessLogOptions DEFAULTS =
      new AccessLogOptions(new Destination.Off(), false, 8_192);

  /** Where lines go. */
  public sealed interface Destination {
    /** Nowhere. */
    record Off() implements Destination {}

    /** Standard output, one line after the other. */
    record StandardOutput() implements Destination {}

    /**
     * Files.
     *
     * @param path the file that is written; older ones have a number at the end of their names
     * @param sizeBytesMax how long a file may become, 65,536 bytes or more
     * @param countMax how many files there are at most, 1 to 100
     */
    record File(Path path, long sizeBytesMax, int countMax) implements Destination {
      /** The size of a file where nothing else is said: 100 MiB. */
      public static final long SIZE_BYTES_DEFAULT = 100L << 20;

      /** The number of files where nothing else is said. */
      public static final int COUNT_DEFAULT = 10;

      private static final long SIZE_BYTES_MIN = 1 << 16;
      private static final int COUNT_MAX = 100;

      /**
       * Checks the ranges.
       *
       * @throws InvalidInputException when one is left
       */
      public File {
        if (sizeBytesMax < SIZE_BYTES_MIN) {
          throw new InvalidInputException(
              "access_log.file_mib_max",
              sizeBytesMax + " bytes",
              "at least " + SIZE_BYTES_MIN + " bytes");
        }
        Ranges.check("access_log.file_count_max", countMax, 1, COUNT_MAX);
      }
    }
  }

  private static final int CAPACITY_MIN = 16;
  private static final int CAPACITY_MAX = 1 << 20;

  /**
   * Checks the ranges.
   *
   * @throws InvalidInputException when one is left
   */
  public AccessLogOptions {
    Ranges.check("access_log.queue_capacity", queueCapacity, CAPACITY_MIN, CAPACITY_MAX);
  }

  /** Returns whether lines are written. */
  public boolean isOn() {
    return !(destination instanceof Destination.Off);
  }
}
