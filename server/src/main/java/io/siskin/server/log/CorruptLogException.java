package io.siskin.server.log;

import java.io.IOException;

/**
 * The data's fault: the log contradicts itself, so frames that had been forced to the disk are
 * damaged or missing. An unfinished write at the end of the log is no contradiction. It is cut off
 * without an error.
 *
 * <p>It is thrown only when a log is opened. The files are left as they are.
 */
public final class CorruptLogException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param file the file, as the one who opened the log named it
   * @param offset the byte offset in the file at which the contradiction stands
   * @param expected what must stand there
   * @param found what stands there
   */
  public CorruptLogException(String file, long offset, Object expected, Object found) {
    super(file + ": corrupt at byte " + offset + ": expected " + expected + ", found " + found);
  }
}
