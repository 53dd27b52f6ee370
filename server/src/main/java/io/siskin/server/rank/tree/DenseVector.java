package io.siskin.server.rank.tree;

import java.util.Arrays;

/** The dense vector of a query. Immutable. */
public final class DenseVector {
  /** The most numbers of a vector. */
  public static final int LENGTH_MAX = 4_096;

  private final float[] values;

  /**
   * Copies numbers.
   *
   * @param values the numbers
   */
  public DenseVector(float[] values) {
    this.values = values.clone();
  }

  /** Returns how many numbers there are. */
  public int length() {
    return values.length;
  }

  /**
   * Returns a number.
   *
   * @param index 0 to {@link #length} − 1
   */
  public float value(int index) {
    return values[index];
  }

  /** Returns a copy of the numbers. */
  public float[] toArray() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DenseVector vector && Arrays.equals(values, vector.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
