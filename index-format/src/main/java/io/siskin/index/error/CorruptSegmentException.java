package io.siskin.index.error;

import java.io.IOException;

/**
 * The data's fault: a segment file whose bytes contradict its own header, directory or checksums.
 *
 * <p>Thrown while opening, before any offset of the file is followed, and by the deep verification.
 * The message names the file, the byte offset, what was expected there and what was found.
 */
public final class CorruptSegmentException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;

  /**
   * Creates the error.
   *
   * @param file the file, as given by the one who opened it
   * @param offset the byte offset in the file at which the contradiction stands
   * @param expected what the format demands there
   * @param found what stands there
   */
  public CorruptSegmentException(String file, long offset, Object expected, Object found) {
    super(file + ": corrupt at byte " + offset + ": expected " + expected + ", found " + found);
    this.file = file;
    this.offset = offset;
  }

  /** Returns the file that is corrupt. */
  public String file() {
    return file;
  }

  /** Returns the byte offset in the file at which the contradiction stands. */
  public long offset() {
    return offset;
  }
}
