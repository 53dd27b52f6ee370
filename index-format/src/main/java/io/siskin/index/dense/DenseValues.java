package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;

/** What is done with the values of every vector, stored or asked for. */
final class DenseValues {
  /** The largest absolute value. With it, the sums of an inner product cannot get infinite. */
  private static final float VALUE_MAX = 1e15f;

  private DenseValues() {}

  /**
   * Checks a vector.
   *
   * @param what what it is, for the message
   * @param type what the vectors of its field are
   * @param values its values
   * @throws InvalidInputException when it has other dimensions or a value out of its range
   */
  static void check(String what, DenseType type, float[] values) {
    if (values.length != type.dimensions()) {
      throw new InvalidInputException(
          what, values.length + " dimensions", type.dimensions() + " dimensions");
    }
    for (int i = 0; i < values.length; i++) {
      if (!(Math.abs(values[i]) <= VALUE_MAX)) {
        throw new InvalidInputException(
            what + "[" + i + "]", values[i], "a number of -10^15 to 10^15");
      }
    }
  }

  /**
   * Checks the weights of a sparse vector, as the values of other vectors are checked.
   *
   * @param what what it is, for the message
   * @param vector the vector
   * @throws InvalidInputException when a weight is too large
   */
  static void check(String what, SparseVector vector) {
    for (int i = 0; i < vector.size(); i++) {
      if (!(vector.weight(i) <= VALUE_MAX)) {
        throw new InvalidInputException(
            what + ".weights[" + i + "]", vector.weight(i), "a number of 0 to 10^15");
      }
    }
  }

  /**
   * Returns the values as scores take them: of length 1 under the cosine, else as they are.
   *
   * @param what what it is, for the message
   * @param type what the vectors of its field are
   * @param values the values, which stay as they are
   * @throws InvalidInputException when all values are 0, so that there is no cosine
   */
  static float[] normalized(String what, DenseType type, float[] values) {
    if (type.similarity() == DenseSimilarity.DOT) {
      return values;
    }
    checkDirection(what, type, values);
    double norm = norm(values);
    float[] normalized = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      normalized[i] = (float) (values[i] / norm);
    }
    return normalized;
  }

  /**
   * Checks that a vector has a direction, where scores need one.
   *
   * @param what what it is, for the message
   * @param type what the vectors of its field are
   * @param values its values
   * @throws InvalidInputException when all values are 0 and the score is a cosine
   */
  static void checkDirection(String what, DenseType type, float[] values) {
    if (type.similarity() == DenseSimilarity.COSINE && norm(values) == 0) {
      throw new InvalidInputException(
          what,
          "all values are 0",
          "a vector with a value other than 0, since the score is a cosine");
    }
  }

  /** Returns the Euclidean length of a vector, summed in double precision. */
  static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }
}
