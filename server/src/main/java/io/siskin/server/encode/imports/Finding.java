package io.siskin.server.encode.imports;

/**
 * What was read from a file, and what was decided by it.
 *
 * @param file the file's path in the folder that is imported; its name where it is missing
 * @param text what was read and decided, in words
 */
public record Finding(String file, String text) {
  @Override
  public String toString() {
    return file + ": " + text;
  }
}
