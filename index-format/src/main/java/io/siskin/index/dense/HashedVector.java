package io.siskin.index.dense;

import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.vector.SparseVector;

/** The terms of a sparse vector as bits. Several terms may set the same bit. Pure functions. */
final class HashedVector {
  private HashedVector() {}

  /**
   * Returns the bits of a sparse vector, the lowest bit of a number first. Weights do not count.
   *
   * @param vector the vector, whose weights are all above 0
   * @param dimensions the number of bits
   * @param length how many numbers are returned
   */
  static long[] of(SparseVector vector, int dimensions, int length) {
    long[] bits = new long[length];
    for (int i = 0; i < vector.size(); i++) {
      int bit = DenseLayout.hashedBit(TermNumbers.of(vector, i), dimensions);
      bits[bit / Long.SIZE] |= 1L << bit;
    }
    return bits;
  }
}
