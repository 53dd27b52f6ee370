package io.siskin.server.app.terminal;

import java.util.Locale;

/**
 * Text from outside (ids, terms, fields, file names) made safe for a terminal.
 *
 * <p>A terminal obeys control characters: they could change colours, move the cursor, or forge
 * lines of output. Characters that change the direction of writing could make a text read as
 * another one. Each of them is replaced by an escape such as {@code \u001b}. JSON output does not
 * need this: it has escapes of its own.
 */
public final class PrintableText {
  private static final int DELETE = 0x7f;
  private static final int LAST_C1_CONTROL = 0x9f;

  private PrintableText() {}

  /**
   * Returns a text with an escape in place of each character that a terminal would obey.
   *
   * @param text any text; line breaks and tabs are escaped too
   */
  public static String of(String text) {
    int clean = 0;
    while (clean < text.length() && !isUnsafe(text, clean)) {
      clean++;
    }
    if (clean == text.length()) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, clean);
    for (int i = clean; i < text.length(); i++) {
      char character = text.charAt(i);
      if (isUnsafe(text, i)) {
        escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
      } else {
        escaped.append(character);
      }
    }
    return escaped.toString();
  }

  private static boolean isUnsafe(String text, int index) {
    char character = text.charAt(index);
    if (character < ' ' || (character >= DELETE && character <= LAST_C1_CONTROL)) {
      return true;
    }
    return switch (Character.getType(character)) {
      // Zero-width joiners shape emoji and scripts; all other format characters are escaped.
      case Character.FORMAT -> character != '\u200c' && character != '\u200d' && character != 0xad;
      case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      case Character.SURROGATE -> !isHalfOfPair(text, index);
      default -> false;
    };
  }

  private static boolean isHalfOfPair(String text, int index) {
    char character = text.charAt(index);
    return Character.isHighSurrogate(character)
        ? index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1))
        : index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
  }
}
