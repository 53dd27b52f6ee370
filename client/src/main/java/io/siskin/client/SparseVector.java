package io.siskin.client;

import java.util.Arrays;
import java.util.Map;

/**
 * A sparse vector to search for: terms, each with a weight, named by token or by number as the
 * collection's vocabulary demands ({@link CollectionInfo#vocabulary}).
 *
 * <p>Immutable. Ranges are checked by the server: at most 16,384 terms, each once, with finite
 * weights from 0 to 1e30.
 */
public final class SparseVector {
  // One of the two is empty.
  private final String[] tokens;
  private final int[] termIds;
  private final float[] weights;

  private SparseVector(String[] tokens, int[] termIds, float[] weights) {
    if (Math.max(tokens.length, termIds.length) != weights.length) {
      throw new IllegalArgumentException(
          "weights: "
              + weights.length
              + " for "
              + Math.max(tokens.length, termIds.length)
              + " terms");
    }
    this.tokens = tokens;
    this.termIds = termIds;
    this.weights = weights;
  }

  /**
   * Makes a vector keyed by token.
   *
   * @param weightByToken the terms with their weights; copied
   */
  public static SparseVector ofTokens(Map<String, Float> weightByToken) {
    String[] tokens = new String[weightByToken.size()];
    float[] weights = new float[tokens.length];
    int count = 0;
    for (Map.Entry<String, Float> entry : weightByToken.entrySet()) {
      tokens[count] = entry.getKey();
      weights[count++] = entry.getValue();
    }
    return new SparseVector(tokens, new int[0], weights);
  }

  /**
   * Makes a vector keyed by token.
   *
   * @param tokens the terms; copied
   * @param weights one weight per term; copied
   * @throws IllegalArgumentException when the arrays differ in length
   */
  public static SparseVector ofTokens(String[] tokens, float[] weights) {
    return new SparseVector(tokens.clone(), new int[0], weights.clone());
  }

  /**
   * Makes a vector keyed by term id.
   *
   * @param termIds the terms, each read as an unsigned number; copied
   * @param weights one weight per term; copied
   * @throws IllegalArgumentException when the arrays differ in length
   */
  public static SparseVector ofTermIds(int[] termIds, float[] weights) {
    return new SparseVector(new String[0], termIds.clone(), weights.clone());
  }

  /** Returns the number of terms. */
  public int size() {
    return weights.length;
  }

  /** Tells whether the terms are named by number. An empty vector is named either way. */
  public boolean isKeyedByTermId() {
    return termIds.length > 0;
  }

  /**
   * Returns a token.
   *
   * @param index 0 to {@link #size} − 1
   * @throws IndexOutOfBoundsException when the vector is keyed by term id
   */
  public String token(int index) {
    return tokens[index];
  }

  /**
   * Returns a term id, to be read as unsigned.
   *
   * @param index 0 to {@link #size} − 1
   * @throws IndexOutOfBoundsException when the vector is keyed by token
   */
  public int termId(int index) {
    return termIds[index];
  }

  /**
   * Returns a weight.
   *
   * @param index 0 to {@link #size} − 1
   */
  public float weight(int index) {
    return weights[index];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SparseVector that
        && Arrays.equals(tokens, that.tokens)
        && Arrays.equals(termIds, that.termIds)
        && Arrays.equals(weights, that.weights);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(tokens) + Arrays.hashCode(termIds))
        + Arrays.hashCode(weights);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < weights.length; i++) {
      text.append(i == 0 ? "" : ", ")
          .append(isKeyedByTermId() ? Integer.toUnsignedString(termIds[i]) : tokens[i])
          .append(": ")
          .append(weights[i]);
    }
    return text.append('}').toString();
  }
}
