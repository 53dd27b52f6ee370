package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;

/**
 * One fact of a segment that another one contradicts.
 *
 * @param file where the fact stands
 * @param subject what it is about, for example {@code term 17, document frequency}
 * @param expected what the rest of the segment says
 * @param found what stands there
 */
public record Finding(FileKind file, String subject, String expected, String found) {
  @Override
  public String toString() {
    return file.fileName() + ": " + subject + ": expected " + expected + ", found " + found;
  }
}
