package io.siskin.server.encode.factory;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.QueryEncoder;

/** The one check of query text, the same for every encoder. */
final class QueryText {
  private QueryText() {}

  /** Returns the text when it is short enough, see {@link QueryEncoder#TEXT_LENGTH_MAX}. */
  static String check(String text) {
    if (text.length() > QueryEncoder.TEXT_LENGTH_MAX) {
      throw new InvalidInputException(
          "length of query text",
          text.length(),
          "at most " + QueryEncoder.TEXT_LENGTH_MAX + " characters");
    }
    return text;
  }
}
