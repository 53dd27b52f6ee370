package io.siskin.index.vector;

import io.siskin.index.error.InvalidInputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;

/**
 * A sparse vector keyed by token. A token is the string of a term, as the tokenizer or the analyzer
 * of the encoder writes it.
 *
 * <p>The terms are ordered by token, as {@link String#compareTo} does. Instances are immutable and
 * safe to share between threads.
 */
public final class TokenVector implements SparseVector {
  /** The vector without a term. */
  public static final TokenVector EMPTY = new TokenVector(new String[0], new float[0]);

  /** The length of the longest token that is accepted, in UTF-16 code units. */
  public static final int TOKEN_LENGTH_MAX = 4096;

  /**
   * The largest number of tokens with the same beginning that are sorted by insertion. For more
   * tokens, this quadratic sort would be slow.
   */
  private static final int INSERTION_SORT_MAX = 64;

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
   * @param weights the weights, one per term
   * @throws InvalidInputException if a weight is bad, a token is empty or too long, or a token is
   *     given twice
   */
  public static TokenVector of(String[] tokens, float[] weights) {
    if (tokens.length != weights.length) {
      throw new InvalidInputException(
          "weights", weights.length, "as many as tokens: " + tokens.length);
    }
    for (int i = 0; i < tokens.length; i++) {
      checkToken(tokens[i]);
      SparseVector.checkWeight(tokens[i], weights[i]);
    }
    int[] order = order(tokens);
    String[] sortedTokens = new String[tokens.length];
    float[] sortedWeights = new float[tokens.length];
    int kept = 0;
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
   * @param weightByToken the weight of each token
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

  /**
   * Returns the positions of the tokens in the order of the tokens.
   *
   * <p>Reading a corpus builds a hundred thousand vectors and more per second, so this sorts
   * numbers and not strings. Each number holds the first two characters of a token in its high bits
   * and the position of the token in its low bits. After that, only tokens with the same first two
   * characters must be compared. They are few, and they are neighbours.
   */
  private static int[] order(String[] tokens) {
    long[] keys = new long[tokens.length];
    for (int i = 0; i < keys.length; i++) {
      String token = tokens[i];
      long second = token.length() > 1 ? token.charAt(1) : 0;
      // The sign bit is inverted, so that the signed sort gives the unsigned order of the
      // characters.
      keys[i] = ((long) token.charAt(0) << 48 | second << 32 | i) ^ Long.MIN_VALUE;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    for (int i = 0; i < keys.length; i++) {
      order[i] = (int) keys[i];
    }
    for (int start = 0, end; start < keys.length; start = end) {
      end = start + 1;
      while (end < keys.length && keys[end] >>> 32 == keys[start] >>> 32) {
        end++;
      }
      sortRun(tokens, order, start, end);
    }
    return order;
  }

  private static void sortRun(String[] tokens, int[] order, int start, int end) {
    if (end - start > INSERTION_SORT_MAX) {
      Integer[] run = new Integer[end - start];
      Arrays.setAll(run, i -> order[start + i]);
      Arrays.sort(run, Comparator.comparing(i -> tokens[i]));
      for (int i = 0; i < run.length; i++) {
        order[start + i] = run[i];
      }
      return;
    }
    for (int i = start + 1; i < end; i++) {
      int moving = order[i];
      int at = i;
      for (; at > start && tokens[order[at - 1]].compareTo(tokens[moving]) > 0; at--) {
        order[at] = order[at - 1];
      }
      order[at] = moving;
    }
  }

  private static void checkToken(String token) {
    if (token.isEmpty() || token.length() > TOKEN_LENGTH_MAX) {
      throw new InvalidInputException("token", token, "1 to " + TOKEN_LENGTH_MAX + " characters");
    }
    for (int i = 0; i < token.length(); i++) {
      // Half a surrogate pair has no UTF-8 form. Java would replace it by another character, which
      // would make another token.
      if (Character.isSurrogate(token.charAt(i))) {
        if (!Character.isSurrogatePair(
            token.charAt(i), i + 1 < token.length() ? token.charAt(i + 1) : 0)) {
          throw new InvalidInputException("token", token, "text that UTF-8 can express");
        }
        i++;
      }
    }
  }
}
