package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.format.v2.FormatV2;

/**
 * What the vectors of a dense field are.
 *
 * @param dimensions the number of values of a vector, 1 to 4,096. Of {@link DenseStorage#TERMS},
 *     how many terms a vector keeps; of {@link DenseStorage#SLICES}, the slices, a multiple of 64;
 *     of {@link DenseStorage#HASHED}, the bits
 * @param storage how values are stored
 * @param similarity what a score is
 */
public record DenseType(int dimensions, DenseStorage storage, DenseSimilarity similarity) {
  /** Checks the range, and that storage and similarity go together. */
  public DenseType {
    Ranges.check("dimensions", dimensions, 1, FormatV2.DENSE_DIMENSIONS_MAX);
    boolean hasCosine =
        switch (storage) {
          case F32, F16, INT8, KEYED_F32, KEYED_F16 -> true;
          case BINARY, TERMS, SLICES, HASHED -> false;
        };
    if (similarity == DenseSimilarity.COSINE && !hasCosine) {
      throw new InvalidInputException(
          "similarity of a dense field",
          "'" + similarity.word() + "'",
          "dot, since it is stored as " + storage.word());
    }
    if (storage == DenseStorage.SLICES && dimensions % DenseLayout.SLICE_GROUP != 0) {
      throw new InvalidInputException(
          "dimensions", dimensions, "a multiple of " + DenseLayout.SLICE_GROUP + ", as of slices");
    }
  }

  /** Returns the number of values of a row in memory, with the zeros at its end. */
  public int rowValues() {
    return switch (storage) {
      case F32, KEYED_F32 -> DenseLayout.rowValues(dimensions, Float.BYTES);
      case F16, KEYED_F16 -> DenseLayout.rowValues(dimensions, Short.BYTES);
      case INT8 -> DenseLayout.rowValues(dimensions, Byte.BYTES);
      case BINARY, HASHED -> rowBytes() * Byte.SIZE;
      case TERMS, SLICES -> dimensions;
    };
  }

  /** Returns the length of a row in memory in bytes, a multiple of 64. */
  public int rowBytes() {
    return switch (storage) {
      case F32, KEYED_F32 -> rowValues() * Float.BYTES;
      case F16, KEYED_F16 -> rowValues() * Short.BYTES;
      case INT8 -> rowValues();
      case BINARY, HASHED, TERMS, SLICES -> DenseLayout.rowBytes(vectorBytes());
    };
  }

  /** Returns the length of the values of a vector in bytes, without the zeros at the end. */
  public int vectorBytes() {
    return switch (storage) {
      case F32, KEYED_F32 -> dimensions * Float.BYTES;
      case F16, KEYED_F16 -> dimensions * Short.BYTES;
      case INT8 -> dimensions;
      case BINARY, HASHED -> (dimensions + Byte.SIZE - 1) / Byte.SIZE;
      case TERMS -> dimensions * (Integer.BYTES + Byte.BYTES);
      case SLICES -> dimensions * (Byte.BYTES + Short.BYTES);
    };
  }

  /** Returns whether each vector has a scale. */
  public boolean hasScales() {
    return switch (storage) {
      case F32, F16, BINARY, KEYED_F32, KEYED_F16, HASHED -> false;
      case INT8, TERMS, SLICES -> true;
    };
  }

  /** Returns whether each vector has a key. */
  public boolean hasKeys() {
    return storage.isKeyed();
  }

  /** Returns whether each vector has four bytes beside its values: a scale or a key. */
  public boolean hasMarks() {
    return hasScales() || hasKeys();
  }

  /** Returns the type of the rows, whether there is a key beside them or not. */
  DenseType ofRow() {
    return new DenseType(dimensions, storage.ofRow(), similarity);
  }

  /** Returns the type in words, for messages. */
  @Override
  public String toString() {
    return dimensions + " dimensions, " + storage.word() + ", " + similarity.word();
  }
}
