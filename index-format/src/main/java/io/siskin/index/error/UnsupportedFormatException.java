package io.siskin.index.error;

import java.io.IOException;

/**
 * The data's fault, but not damage: a file that is not Siskin's, or one written by a version that
 * this build does not read. The message names the file, the offset, the versions read and the
 * version found.
 */
public final class UnsupportedFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String file;

  /**
   * Creates the error.
   *
   * @param file the file, as given by the one who opened it
   * @param offset the byte offset of the magic or version that was refused
   * @param supported what this build reads, for example {@code version 1}
   * @param found what stands there
   */
  public UnsupportedFormatException(String file, long offset, Object supported, Object found) {
    super(
        file
            + ": unsupported at byte "
            + offset
            + ": this build reads "
            + supported
            + ", found "
            + found);
    this.file = file;
  }

  /** Returns the file that was refused. */
  public String file() {
    return file;
  }
}
