package io.siskin.server.encode.spec;

import io.siskin.index.error.InvalidInputException;
import java.util.regex.Pattern;

/**
 * Names a file that is stored with a collection for its encoders, and pins its content: an encoder
 * never opens on another file than the one that the documents went through.
 *
 * @param name its file name: 1 to 64 letters, digits, dots, dashes and underscores, the first a
 *     letter or digit
 * @param sha256 the SHA-256 of its content, 64 lower-case hexadecimal digits
 */
public record ResourceRef(String name, String sha256) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** Checks both. The name's form keeps every reference inside the collection's own folder. */
  public ResourceRef {
    checkName(name);
    if (!SHA256.matcher(sha256).matches()) {
      throw new InvalidInputException("sha256", sha256, "64 lower-case hexadecimal digits");
    }
  }

  /**
   * Checks a name, so that every reference stays inside the collection's own folder.
   *
   * @param name 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit
   * @throws InvalidInputException when the name is malformed
   */
  public static void checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidInputException(
          "resource name", name, "1 to 64 of letters, digits, '.', '_', '-', not '.' first");
    }
  }
}
