package io.siskin.server.encode.spec;

import io.siskin.index.error.InvalidInputException;
import java.util.regex.Pattern;

/**
 * Names a model of a data directory and pins its content: a collection never opens another model
 * than the one that its documents went through.
 *
 * @param name what people call it: 1 to 64 letters, digits, dots, dashes and underscores, the first
 *     a letter or digit
 * @param fingerprint the SHA-256 over all that decides its vectors: its files; of a model that is
 *     served elsewhere, what it is but not where, 64 lower-case hexadecimal digits
 */
public record ModelRef(String name, String fingerprint) {
  /** The longest name, in characters. */
  public static final int NAME_LENGTH_MAX = 64;

  // Enough to tell the models of one data directory apart; the whole is verified at opening.
  private static final int DIGITS_IN_FOLDER = 12;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

  /** Checks both. The name's form keeps every model inside the folder of models. */
  public ModelRef {
    checkName("model name", name);
    if (!FINGERPRINT.matcher(fingerprint).matches()) {
      throw new InvalidInputException(
          "model fingerprint", fingerprint, "64 lower-case hexadecimal digits");
    }
  }

  /**
   * Checks what a model is to be called.
   *
   * @param field what the name is given by, for messages
   * @param name 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit
   * @throws InvalidInputException when the name is malformed
   */
  public static void checkName(String field, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidInputException(
          field, name, "1 to 64 of letters, digits, '.', '_', '-', the first a letter or digit");
    }
  }

  /** Returns the name of the folder that the model is stored in: its name and 12 digits. */
  public String folderName() {
    return name + "-" + fingerprint.substring(0, DIGITS_IN_FOLDER);
  }
}
