package io.siskin.server.encode.factory;

import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.WellFormedText;
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
    analyzer.analyze(WellFormedText.of(text), token -> counts.merge(token, 1, Integer::sum));
    String[] tokens = new String[counts.size()];
    float[] weights = new float[tokens.length];
    int at = 0;
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      tokens[at] = entry.getKey();
      weights[at++] = weight.weight(entry.getKey(), entry.getValue());
    }
    return TokenVector.of(tokens, weights);
  }
}
