package io.siskin.index.vector;

import io.siskin.index.error.InvalidInputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;

/**
 * A sparse vector keyed by token, that is, by the term's string as the encoder's tokenizer or
 * analyzer spells it.
 *
 * <p>Ordered by token ({@link String#compareTo}); immutable and safe to share between threads.
 */
public final class TokenVector implements SparseVector {
  /** The vector without a term. */
  public static final TokenVector EMPTY = new TokenVector(new String[0], new float[0]);

  /** The longest token accepted, in UTF-16 code units. */
  public static final int TOKEN_LENGTH_MAX = 4096;

  private final String[] tokens;
  private final float[] weights;

  private TokenVector(String[] tokens, float[] weights) {
    this.tokens = tokens;
    this.weights = weights;
  }

  /**
   * Builds a vector from parallel arrays, which are copied.
   *
   * @param tokens the terms, in any order
   * @param weights one weight a term
   * @throws InvalidInputException on a bad weight, an empty or overlong token, or a token that
   *     stands twice
   */
  public static TokenVector of(String[] tokens, float[] weights) {
    if (tokens.length != weights.length) {
      throw new InvalidInputException(
          "weights", weights.length, "as many as tokens: " + tokens.length);
    }
    Integer[] order = new Integer[tokens.length];
    int kept = 0;
    for (int i = 0; i < tokens.length; i++) {
      checkToken(tokens[i]);
      SparseVector.checkWeight(tokens[i], weights[i]);
      order[i] = i;
    }
    Arrays.sort(order, Comparator.comparing(i -> tokens[i]));
    String[] sortedTokens = new String[tokens.length];
    float[] sortedWeights = new float[tokens.length];
    for (int i = 0; i < order.length; i++) {
      int source = order[i];
      if (i > 0 && tokens[source].equals(tokens[order[i - 1]])) {
        throw new InvalidInputException("token", tokens[source], "each token once in a vector");
      }
      if (weights[source] > 0) {
        sortedTokens[kept] = tokens[source];
        sortedWeights[kept++] = weights[source];
      }
    }
    return new TokenVector(Arrays.copyOf(sortedTokens, kept), Arrays.copyOf(sortedWeights, kept));
  }

  /**
   * Builds a vector from a map.
   *
   * @param weightByToken one weight a token
   * @throws InvalidInputException as {@link #of(String[], float[])}
   */
  public static TokenVector of(Map<String, Float> weightByToken) {
    String[] tokens = new String[weightByToken.size()];
    float[] weights = new float[tokens.length];
    int at = 0;
    for (Map.Entry<String, Float> entry : weightByToken.entrySet()) {
      tokens[at] = entry.getKey();
      weights[at++] = entry.getValue();
    }
    return of(tokens, weights);
  }

  @Override
  public int size() {
    return tokens.length;
  }

  /**
   * Returns a token.
   *
   * @param index 0 to {@link #size} − 1
   */
  public String token(int index) {
    return tokens[index];
  }

  @Override
  public float weight(int index) {
    return weights[index];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenVector that
        && Arrays.equals(tokens, that.tokens)
        && Arrays.equals(weights, that.weights);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(tokens) + Arrays.hashCode(weights);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < tokens.length; i++) {
      text.append(i == 0 ? "" : ", ").append(tokens[i]).append(": ").append(weights[i]);
    }
    return text.append('}').toString();
  }

  private static void checkToken(String token) {
    if (token.isEmpty() || token.length() > TOKEN_LENGTH_MAX) {
      throw new InvalidInputException("token", token, "1 to " + TOKEN_LENGTH_MAX + " characters");
    }
  }
}
