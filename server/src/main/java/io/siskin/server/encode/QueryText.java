package io.siskin.server.encode;

import io.siskin.index.error.InvalidInputException;

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
