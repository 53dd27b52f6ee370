package io.siskin.server.encode.wordpiece;

/** Turns offsets in code points, which the library gives, into code units. Used by one thread. */
final class CodePointOffsets {
  private final String text;
  private int codePoint;
  private int codeUnit;

  /**
   * Begins with a text.
   *
   * @param text the text
   */
  CodePointOffsets(String text) {
    this.text = text;
  }

  /** Offsets mostly ascend, so that the walk goes on from the last one. */
  int codeUnit(int wanted) {
    if (wanted < codePoint) {
      codePoint = 0;
      codeUnit = 0;
    }
    while (codePoint < wanted && codeUnit < text.length()) {
      codeUnit += Character.charCount(text.codePointAt(codeUnit));
      codePoint++;
    }
    return codeUnit;
  }
}
