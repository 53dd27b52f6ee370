package io.siskin.server.encode;

/** Text that UTF-8 can express. */
public final class WellFormedText {
  private WellFormedText() {}

  /**
   * Replaces unpaired surrogates by U+FFFD. They have no UTF-8, so that two tokens which differ
   * only in them would become one term on disk, and native tokenizers may refuse them.
   *
   * @param text any text
   * @return a text of the same length; the same object if nothing is to be replaced
   */
  public static String of(String text) {
    int first = firstUnpaired(text, 0);
    if (first < 0) {
      return text;
    }
    char[] repaired = text.toCharArray();
    for (int at = first; at >= 0; at = firstUnpaired(text, at + 1)) {
      repaired[at] = '\uFFFD';
    }
    return new String(repaired);
  }

  private static int firstUnpaired(String text, int from) {
    for (int at = from; at < text.length(); at++) {
      char unit = text.charAt(at);
      if (Character.isSurrogate(unit)) {
        boolean paired =
            Character.isHighSurrogate(unit)
                && at + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(at + 1));
        if (!paired) {
          return at;
        }
        at++;
      }
    }
    return -1;
  }
}
