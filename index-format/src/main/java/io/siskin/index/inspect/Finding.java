package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;

/**
 * One fact of a segment that contradicts another fact.
 *
 * @param file the file that holds the fact
 * @param subject the subject of the fact, for example {@code term 17, document frequency}
 * @param expected the value that follows from the rest of the segment
 * @param found the value in the file
 */
public record Finding(FileKind file, String subject, String expected, String found) {
  @Override
  public String toString() {
    return file.fileName() + ": " + subject + ": expected " + expected + ", found " + found;
  }
}
