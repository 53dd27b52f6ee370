package io.siskin.index.dense;

import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.format.v2.FormatV2;

/**
 * What the vectors of a dense field are.
 *
 * @param dimensions the number of values of a vector, 1 to 4,096
 * @param storage how values are stored
 * @param similarity what a score is
 */
public record DenseType(int dimensions, DenseStorage storage, DenseSimilarity similarity) {
  /** Checks the range. */
  public DenseType {
    Ranges.check("dimensions", dimensions, 1, FormatV2.DENSE_DIMENSIONS_MAX);
  }

  /** Returns the number of values of a row in memory, with the zeros at its end. */
  public int rowValues() {
    return DenseLayout.rowValues(dimensions, storage.valueBytes());
  }

  /** Returns the length of a row in memory in bytes, a multiple of 64. */
  public int rowBytes() {
    return rowValues() * storage.valueBytes();
  }

  /** Returns the length of the values of a vector in bytes, without the zeros at the end. */
  public int vectorBytes() {
    return dimensions * storage.valueBytes();
  }

  /** Returns whether each vector has a scale. */
  public boolean hasScales() {
    return storage == DenseStorage.INT8;
  }

  /** Returns the type in words, for messages. */
  @Override
  public String toString() {
    return dimensions + " dimensions, " + storage.word() + ", " + similarity.word();
  }
}
