package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.FormatV2;

/**
 * A dense field as a collection declares it.
 *
 * @param name its name, by the rule of {@link io.siskin.index.document.Schema.Field}
 * @param type what its vectors are
 * @param vectorsMax how many vectors a document has at most, 1 to 1,024
 */
public record DenseFieldSpec(String name, DenseType type, int vectorsMax) {
  /** Checks the range. */
  public DenseFieldSpec {
    Ranges.check(
        "largest number of vectors", vectorsMax, 1, FormatV2.DENSE_DOCUMENT_VECTOR_COUNT_MAX);
  }

  /**
   * Returns the stored form of the vectors that a document has of this field.
   *
   * @param vectors the vectors, in their order; 1 to {@link #vectorsMax}
   * @throws InvalidInputException when there are too few or too many, when one has other
   *     dimensions, when a value is not a number or too large, or when a vector of zeros has no
   *     cosine
   */
  public DenseVectors vectors(float[]... vectors) {
    // The path of the field in a document, in requests and in files.
    String path = "dense." + name;
    if (vectors.length < 1 || vectors.length > vectorsMax) {
      throw new InvalidInputException(path, vectors.length + " vectors", "1 to " + vectorsMax);
    }
    DenseVectors.Builder builder = new DenseVectors.Builder(type, vectors.length);
    for (int i = 0; i < vectors.length; i++) {
      builder.add(path + ".vectors[" + i + "].values", vectors[i]);
    }
    return builder.build();
  }
}
