package io.siskin.index.dense;

import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.vector.SparseVector;

/**
 * A densified lexical vector: of each slice of the terms, the heaviest weight and which term of the
 * slice has it (Lin and Lin, "A Dense Representation Framework for Lexical and Semantic Matching",
 * ACM TOIS 2023). The term with the number {@code t} is in the slice {@code t mod slices} and has
 * there the index {@code t / slices}.
 *
 * @param weights by slice: the heaviest weight, 0 for none
 * @param indexes by slice: the index of the term in its slice, 0 where the weight is 0
 */
record SlicedVector(float[] weights, int[] indexes) {
  /**
   * Densifies a sparse vector. Of two terms with the same weight, the smaller index counts.
   *
   * @param vector the vector
   * @param slices the number of slices, 1 or more
   */
  static SlicedVector of(SparseVector vector, int slices) {
    float[] weights = new float[slices];
    int[] indexes = new int[slices];
    for (int i = 0; i < vector.size(); i++) {
      long number = Integer.toUnsignedLong(TermNumbers.of(vector, i));
      int slice = (int) (number % slices);
      int index = (int) (number / slices % DenseLayout.SLICE_INDEX_COUNT);
      float weight = vector.weight(i);
      if (weight > weights[slice] || (weight == weights[slice] && index < indexes[slice])) {
        weights[slice] = weight;
        indexes[slice] = index;
      }
    }
    return new SlicedVector(weights, indexes);
  }
}
