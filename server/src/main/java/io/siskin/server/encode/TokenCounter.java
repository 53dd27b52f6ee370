package io.siskin.server.encode;

import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.analysis.TextAnalyzer;
import java.util.HashMap;
import java.util.Map;

/** Analyses text and counts its tokens. Safe for concurrent use, as its analyzer is. */
final class TokenCounter {
  private final TextAnalyzer analyzer;

  TokenCounter(TextAnalyzer analyzer) {
    this.analyzer = analyzer;
  }

  /** What a token that stands {@code count} times in a text weighs there; 0 leaves it out. */
  @FunctionalInterface
  interface TokenWeight {
    float weight(String token, int count);
  }

  /** Returns how often each token stands in the text. */
  SparseVector frequencies(String text) {
    return weighted(text, (_, count) -> count);
  }

  /** Returns each distinct token of the text with the weight that the function gives it. */
  SparseVector weighted(String text, TokenWeight weight) {
    Map<String, Integer> counts = new HashMap<>();
    analyzer.analyze(wellFormed(text), token -> counts.merge(token, 1, Integer::sum));
    String[] tokens = new String[counts.size()];
    float[] weights = new float[tokens.length];
    int at = 0;
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      tokens[at] = entry.getKey();
      weights[at++] = weight.weight(entry.getKey(), entry.getValue());
    }
    return TokenVector.of(tokens, weights);
  }

  /**
   * Replaces unpaired surrogates by U+FFFD. They have no UTF-8, so that two tokens which differ
   * only in them would become one term on disk, and native tokenizers may refuse them.
   */
  private static String wellFormed(String text) {
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
