package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.util.Locale;

/**
 * Consecutive lines of one file, without their line ends, as ranges of one array.
 *
 * <p>Owned by the one who took it from the {@link LineReader}, which never touches it again; so it
 * may go to another thread.
 */
final class LineBatch {
  private static final int START_OF_OVERLONG = -1;

  private final String file;
  private final long firstLine;
  private final byte[] bytes;
  private final int[] starts;
  private final int[] ends;
  private final int count;
  private final int lengthMax;

  LineBatch(
      String file,
      long firstLine,
      byte[] bytes,
      int[] starts,
      int[] ends,
      int count,
      int lengthMax) {
    this.file = file;
    this.firstLine = firstLine;
    this.bytes = bytes;
    this.starts = starts;
    this.ends = ends;
    this.count = count;
    this.lengthMax = lengthMax;
    for (int i = 0; i < count; i++) {
      if (ends[i] - starts[i] > lengthMax) {
        starts[i] = START_OF_OVERLONG;
      }
    }
  }

  int count() {
    return count;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Where a line starts. */
  int start(int index) {
    return starts[index];
  }

  /** Where a line ends, exclusive. */
  int end(int index) {
    return ends[index];
  }

  /** The line's {@code file:line}. */
  String place(int index) {
    return file + ":" + (firstLine + index);
  }

  /** Whether a line holds nothing but JSON white space: no record, but counted as a line. */
  boolean isBlank(int index) {
    if (starts[index] == START_OF_OVERLONG) {
      return false;
    }
    for (int at = starts[index]; at < ends[index]; at++) {
      if (!isWhiteSpace(bytes[at])) {
        return false;
      }
    }
    return true;
  }

  /** Whether a byte of a line is JSON white space. */
  static boolean isWhiteSpace(byte value) {
    return value == ' ' || value == '\t' || value == '\r';
  }

  /**
   * Checks what holds for every line: its length and its encoding.
   *
   * @param place the line's place, which the caller has at hand
   * @throws InvalidInputException with that place
   */
  void check(int index, String place) {
    if (starts[index] == START_OF_OVERLONG) {
      throw new InvalidInputException(
              "line", "longer than the limit", "lines of " + lengthMax + " bytes or less")
          .at(place);
    }
    int invalid = Utf8.firstInvalid(bytes, starts[index], ends[index]);
    if (invalid >= 0) {
      String found =
          String.format(
              Locale.ROOT,
              "0x%02X at byte %d of the line",
              bytes[invalid],
              invalid - starts[index]);
      throw new InvalidInputException("encoding", found, "well-formed UTF-8").at(place);
    }
  }
}
