package io.siskin.server.corpus;

/**
 * How the keys of a vector are understood. One answer holds for a whole file, because a token such
 * as {@code 2019} looks like a term id and a vocabulary that holds both would match nothing that a
 * query asks for.
 */
public enum TermKeys {
  /**
   * The first vector of the file that has a term decides: {@link #TERM_IDS} when each of its keys
   * is a term id, else {@link #TOKENS}. A later record that contradicts a decision for term ids is
   * a bad record, so a wrong guess ends in an error that names this option, never in a silently
   * mixed index. (CIFF lists its whole vocabulary, so there all terms decide.)
   */
  AUTO,
  /** Every key is a token, even if it is all digits. */
  TOKENS,
  /** Every key is a term id: decimal digits without sign or leading zero, 0 to 4294967295. */
  TERM_IDS;

  /** What a term id looks like, for error messages. */
  static final String TERM_ID_ALLOWED =
      "a term id: decimal digits without sign or leading zero, 0 to 4294967295";

  private static final int DIGITS_MAX = 10;

  /**
   * Reads a term id.
   *
   * @return the id, 0 to 2^32 − 1, or −1 when the key is not one
   */
  static long termId(String key) {
    int length = key.length();
    if (length == 0 || length > DIGITS_MAX || (key.charAt(0) == '0' && length > 1)) {
      return -1;
    }
    long id = 0;
    for (int i = 0; i < length; i++) {
      int digit = key.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      id = id * 10 + digit;
    }
    return id > 0xFFFFFFFFL ? -1 : id;
  }
}
