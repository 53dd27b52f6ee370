package io.siskin.server.log;

import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.LogLayout;
import java.util.concurrent.Executor;

/**
 * How a log uses its disk.
 *
 * @param firstFileLengthBytes the length of the first file in bytes. Each further file is twice as
 *     long as the one before it, so a small log stays small. On a disk without room for that, a
 *     file may be shorter, but not shorter than this
 * @param fileLengthBytesMax the length in bytes at which files stop growing. A frame that does not
 *     fit gets a file of its own length
 * @param preparing runs the task that writes the next file full of zeros, while the current one is
 *     filled. It may run a task on the calling thread. Tasks take as long as the disk needs to
 *     write a file
 */
public record LogOptions(long firstFileLengthBytes, long fileLengthBytesMax, Executor preparing) {
  private static final long LENGTH_MIN = 2L * LogLayout.FILE_ALIGNMENT;
  private static final long LENGTH_MAX = 1L << 30;

  /**
   * Checks the lengths and rounds them up to multiples of 4,096.
   *
   * @throws io.siskin.index.error.InvalidInputException when a length is not 8,192 to 2^30, or the
   *     first one is above the other
   */
  public LogOptions {
    Ranges.check("length of the files of the log", fileLengthBytesMax, LENGTH_MIN, LENGTH_MAX);
    Ranges.check(
        "length of the first file of the log",
        firstFileLengthBytes,
        LENGTH_MIN,
        fileLengthBytesMax);
    firstFileLengthBytes = LogLayout.fileLength(firstFileLengthBytes - LogLayout.FRAMES_OFFSET);
    fileLengthBytesMax = LogLayout.fileLength(fileLengthBytesMax - LogLayout.FRAMES_OFFSET);
  }

  /**
   * Returns the options of a log whose files grow from 1 MiB to 64 MiB.
   *
   * @param preparing see {@link #preparing}
   */
  public static LogOptions defaults(Executor preparing) {
    return new LogOptions(1 << 20, 64 << 20, preparing);
  }
}
