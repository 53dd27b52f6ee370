package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.nio.charset.StandardCharsets;

/** The one rule for external ids, whatever format they come from. */
final class DocumentIds {
  /** The longest id, in bytes of UTF-8: what a 16-bit length in a segment can say. */
  static final int LENGTH_MAX_BYTES = 65_535;

  private DocumentIds() {}

  /**
   * Checks an id.
   *
   * @param field what the record calls it, for the message
   * @throws InvalidInputException when it is empty or too long
   */
  static String check(String field, String id) {
    // A UTF-16 unit takes at most three bytes, so that most ids need no encoding.
    boolean tooLong =
        id.length() > LENGTH_MAX_BYTES / 3
            && id.getBytes(StandardCharsets.UTF_8).length > LENGTH_MAX_BYTES;
    if (id.isEmpty() || tooLong) {
      throw new InvalidInputException(
          field, "'" + id + "'", "1 to " + LENGTH_MAX_BYTES + " bytes of UTF-8");
    }
    return id;
  }
}
