package io.siskin.index.vector;

import io.siskin.index.error.InvalidInputException;
import java.util.Arrays;

/**
 * A sparse vector keyed by term id. A term id is an unsigned 32-bit number that the vocabulary of
 * the user gives to a term.
 *
 * <p>The terms are ordered by unsigned term id. Instances are immutable and safe to share between
 * threads. Every id from 0 to 2^32 − 1 is accepted and is kept as it is.
 */
public final class TermIdVector implements SparseVector {
  /** The vector without a term. */
  public static final TermIdVector EMPTY = new TermIdVector(new int[0], new float[0]);

  private final int[] termIds;
  private final float[] weights;

  private TermIdVector(int[] termIds, float[] weights) {
    this.termIds = termIds;
    this.weights = weights;
  }

  /**
   * Builds a vector from parallel arrays, which are copied.
   *
   * @param termIds unsigned term ids, in any order
   * @param weights the weights, one per term
   * @throws InvalidInputException if a weight is bad or a term id is given twice
   */
  public static TermIdVector of(int[] termIds, float[] weights) {
    if (termIds.length != weights.length) {
      throw new InvalidInputException(
          "weights", weights.length, "as many as term ids: " + termIds.length);
    }
    long[] keys = new long[termIds.length];
    for (int i = 0; i < termIds.length; i++) {
      SparseVector.checkWeight(Integer.toUnsignedString(termIds[i]), weights[i]);
      keys[i] =
          (Integer.toUnsignedLong(termIds[i]) << 32)
              | (Float.floatToRawIntBits(weights[i]) & 0xFFFFFFFFL);
    }
    // The sign bit is inverted, so that the signed sort gives the unsigned order of the ids.
    for (int i = 0; i < keys.length; i++) {
      keys[i] ^= Long.MIN_VALUE;
    }
    Arrays.sort(keys);
    int[] sortedIds = new int[keys.length];
    float[] sortedWeights = new float[keys.length];
    int kept = 0;
    for (int i = 0; i < keys.length; i++) {
      int id = (int) ((keys[i] ^ Long.MIN_VALUE) >>> 32);
      if (i > 0 && id == (int) ((keys[i - 1] ^ Long.MIN_VALUE) >>> 32)) {
        throw new InvalidInputException(
            "term id", Integer.toUnsignedString(id), "each term id once in a vector");
      }
      float weight = Float.intBitsToFloat((int) keys[i]);
      if (weight > 0) {
        sortedIds[kept] = id;
        sortedWeights[kept++] = weight;
      }
    }
    return new TermIdVector(Arrays.copyOf(sortedIds, kept), Arrays.copyOf(sortedWeights, kept));
  }

  @Override
  public int size() {
    return termIds.length;
  }

  /**
   * Returns a term id as an unsigned number.
   *
   * @param index 0 to {@link #size} − 1
   */
  public int termId(int index) {
    return termIds[index];
  }

  @Override
  public float weight(int index) {
    return weights[index];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TermIdVector that
        && Arrays.equals(termIds, that.termIds)
        && Arrays.equals(weights, that.weights);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(termIds) + Arrays.hashCode(weights);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < termIds.length; i++) {
      text.append(i == 0 ? "" : ", ")
          .append(Integer.toUnsignedString(termIds[i]))
          .append(": ")
          .append(weights[i]);
    }
    return text.append('}').toString();
  }
}
