package io.siskin.server.encode.phrase;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A text as words of letters and digits, in one case and one normal form (NFKC). */
final class Words {
  private Words() {}

  /** Returns the words in their order. */
  static List<String> of(String text) {
    // Upper case first: it unites what lower case keeps apart, such as ß and ss, ς and σ.
    String folded =
        Normalizer.normalize(text, Normalizer.Form.NFKC)
            .toUpperCase(Locale.ROOT)
            .toLowerCase(Locale.ROOT);
    List<String> words = new ArrayList<>();
    int start = -1;
    boolean wholeWord = false;
    for (int at = 0; at < folded.length(); at += Character.charCount(folded.codePointAt(at))) {
      int point = folded.codePointAt(at);
      boolean inside = Character.isLetterOrDigit(point) || isMark(point);
      boolean begins = inside && !isMark(point) && (wholeWord || isWordByItself(point));
      if (start >= 0 && (begins || !inside)) {
        words.add(folded.substring(start, at));
        start = -1;
      }
      if (inside && start < 0) {
        start = at;
        wholeWord = isWordByItself(point);
      }
    }
    if (start >= 0) {
      words.add(folded.substring(start));
    }
    return words;
  }

  /** In these scripts a phrase stands in a text without a boundary on either side. */
  private static boolean isWordByItself(int point) {
    return switch (Character.UnicodeScript.of(point)) {
      case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> !isMark(point);
      default -> false;
    };
  }

  private static boolean isMark(int point) {
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK -> true;
      default -> false;
    };
  }
}
