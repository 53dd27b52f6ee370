package io.siskin.server.encode.factory;

import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.Checkpoint;
import io.siskin.server.encode.WellFormedText;
import io.siskin.server.encode.analysis.TextAnalyzer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Analyses text and counts its tokens. Safe for concurrent use, as its analyzer is. */
final class TokenCounter {
  // Some milliseconds of work between two checks.
  private static final int TOKENS_PER_CHECK = 1_024;

  private final TextAnalyzer analyzer;

  TokenCounter(TextAnalyzer analyzer) {
    this.analyzer = analyzer;
  }

  /** What a token that stands {@code count} times in a text weighs there; 0 leaves it out. */
  @FunctionalInterface
  interface TokenWeight {
    float weight(String token, int count);
  }

  /** Returns how often each token stands in the text; ends early when the checkpoint throws. */
  SparseVector frequencies(String text, Checkpoint checkpoint) {
    return weighted(text, (_, count) -> count, checkpoint);
  }

  /**
   * Returns each distinct token of the text with the weight that the function gives it; ends early
   * when the checkpoint throws.
   */
  SparseVector weighted(String text, TokenWeight weight, Checkpoint checkpoint) {
    checkpoint.check();
    Counts counts = new Counts(checkpoint);
    analyzer.analyze(WellFormedText.of(text), counts);
    return vector(counts.byToken, weight);
  }

  private static SparseVector vector(Map<String, Integer> counts, TokenWeight weight) {
    String[] tokens = new String[counts.size()];
    float[] weights = new float[tokens.length];
    int at = 0;
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      tokens[at] = entry.getKey();
      weights[at++] = weight.weight(entry.getKey(), entry.getValue());
    }
    return TokenVector.of(tokens, weights);
  }

  /** Counts the tokens of one text. */
  private static final class Counts implements Consumer<String> {
    private final Map<String, Integer> byToken = new HashMap<>();
    private final Checkpoint checkpoint;
    private int untilCheck = TOKENS_PER_CHECK;

    Counts(Checkpoint checkpoint) {
      this.checkpoint = checkpoint;
    }

    @Override
    public void accept(String token) {
      byToken.merge(token, 1, Integer::sum);
      if (--untilCheck == 0) {
        untilCheck = TOKENS_PER_CHECK;
        checkpoint.check();
      }
    }
  }
}
