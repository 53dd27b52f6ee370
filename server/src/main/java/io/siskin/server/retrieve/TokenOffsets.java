package io.siskin.server.retrieve;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The places of the tokens of a text, in UTF-16 code units. Immutable. */
final class TokenOffsets {
  private final int[] starts;
  private final int[] ends;

  private TokenOffsets(int[] starts, int[] ends) {
    this.starts = starts;
    this.ends = ends;
  }

  /**
   * Takes what stands between white space, by {@link Character#isWhitespace}, for tokens.
   *
   * @param text the text
   */
  static TokenOffsets betweenSpaces(String text) {
    int[] starts = new int[text.length() / 2 + 1];
    int[] ends = new int[starts.length];
    int count = 0;
    boolean isInside = false;
    for (int at = 0; at < text.length(); at++) {
      boolean isSpace = Character.isWhitespace(text.charAt(at));
      if (!isSpace && !isInside) {
        starts[count++] = at;
      }
      if (!isSpace) {
        ends[count - 1] = at + 1;
      }
      isInside = !isSpace;
    }
    return new TokenOffsets(Arrays.copyOf(starts, count), Arrays.copyOf(ends, count));
  }

  /**
   * Reads places as they are stored: {@code start:end} for each token, with spaces between them.
   *
   * @param stored the places
   * @param length the length of the text
   * @return null when they cannot be read, or lie outside of the text
   */
  static @Nullable TokenOffsets parse(String stored, int length) {
    String[] pairs = stored.isBlank() ? new String[0] : stored.strip().split("\\s+");
    int[] starts = new int[pairs.length];
    int[] ends = new int[pairs.length];
    for (int token = 0; token < pairs.length; token++) {
      int colon = pairs[token].indexOf(':');
      if (colon < 0) {
        return null;
      }
      try {
        starts[token] = Integer.parseInt(pairs[token].substring(0, colon));
        ends[token] = Integer.parseInt(pairs[token].substring(colon + 1));
      } catch (NumberFormatException notNumbers) {
        return null;
      }
      if (starts[token] < 0 || starts[token] > ends[token] || ends[token] > length) {
        return null;
      }
    }
    return new TokenOffsets(starts, ends);
  }

  /** Returns the number of tokens. */
  int count() {
    return starts.length;
  }

  /** Returns where a token begins. */
  int start(int token) {
    return starts[token];
  }

  /** Returns where a token ends: after its last character. */
  int end(int token) {
    return ends[token];
  }
}
