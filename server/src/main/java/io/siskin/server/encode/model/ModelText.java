package io.siskin.server.encode.model;

import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.wordpiece.ModelTokens;
import java.util.List;

/**
 * A text as one model reads it.
 *
 * @param model whose it is: its fingerprint
 * @param text the text with its prompt before it
 * @param tokens the tokens of both
 * @param promptLength where the text itself begins, in UTF-16 code units
 * @param pooled which positions count in the pooling
 * @param originalTerms the distinct tokens of the text itself, in the order of their first
 *     occurrence
 * @param chunkEnds where each chunk ends, in code units of {@code text}; empty for one encoding
 * @param ofTokens whether a sparse vector of each token is wanted
 */
record ModelText(
    String model,
    String text,
    ModelTokens tokens,
    int promptLength,
    boolean[] pooled,
    List<String> originalTerms,
    int[] chunkEnds,
    boolean ofTokens)
    implements TokenizedText {
  ModelText {
    originalTerms = List.copyOf(originalTerms);
  }

  @Override
  public int lengthTokens() {
    return tokens.length();
  }

  /**
   * Tells whether the text itself has a token at a position: no special one, none of the prompt.
   */
  boolean isOwn(int position) {
    return !tokens.special()[position] && tokens.ends()[position] > promptLength;
  }
}
