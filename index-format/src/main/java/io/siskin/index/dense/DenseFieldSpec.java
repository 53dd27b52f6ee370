package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.vector.SparseVector;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dense field as a collection declares it.
 *
 * @param name its name, by the rule of {@link io.siskin.index.document.Schema.Field}
 * @param type what its vectors are
 * @param vectorsMax how many vectors a document has at most, 1 to 1,024
 * @param graph how segments get a graph of neighbours of its vectors; null for none
 */
public record DenseFieldSpec(
    String name, DenseType type, int vectorsMax, @Nullable DenseGraph graph) {
  /**
   * Declares a field without a graph.
   *
   * @param name see above
   * @param type see above
   * @param vectorsMax see above
   */
  public DenseFieldSpec(String name, DenseType type, int vectorsMax) {
    this(name, type, vectorsMax, null);
  }

  /** Checks the range, and that vectors of the field can have a graph. */
  public DenseFieldSpec {
    if (graph != null && !type.storage().isOfValues()) {
      throw new InvalidInputException(
          "graph of a dense field",
          "of " + type.storage().word(),
          "a field that stores f32, f16, int8 or binary");
    }
    Ranges.check(
        "largest number of vectors", vectorsMax, 1, FormatV2.DENSE_DOCUMENT_VECTOR_COUNT_MAX);
  }

  /**
   * Returns the stored form of the vectors that a document has of this field.
   *
   * @param vectors the vectors, in their order; 1 to {@link #vectorsMax}
   * @throws InvalidInputException when there are too few or too many, when one has other
   *     dimensions, when a value is not a number or too large, when a vector of zeros has no
   *     cosine, or when the field does not store values
   */
  public DenseVectors vectors(float[]... vectors) {
    // The path of the field in a document, in requests and in files.
    String path = "dense." + name;
    if (!type.storage().isOfValues()) {
      throw new InvalidInputException(
          path,
          "vectors of values",
          switch (type.storage()) {
            case TERMS -> "token_vectors, since the field stores terms";
            case KEYED_F32, KEYED_F16 -> "keyed_vectors, since the field stores keys";
            default -> "none, since the field is made of the sparse vector";
          });
    }
    checkCount(path, vectors.length);
    DenseVectors.Builder builder = new DenseVectors.Builder(type, vectors.length);
    for (int i = 0; i < vectors.length; i++) {
      builder.add(path + ".vectors[" + i + "].values", vectors[i]);
    }
    return builder.build();
  }

  private void checkCount(String path, int count) {
    if (count < 1 || count > vectorsMax) {
      throw new InvalidInputException(path, count + " vectors", "1 to " + vectorsMax);
    }
  }

  /**
   * Returns the stored form of the token vectors that a document has of this field, which stores
   * {@link DenseStorage#TERMS}. Of each vector, the heaviest terms are kept.
   *
   * @param vectors the vectors, in their order; 1 to {@link #vectorsMax}. Each may be empty
   * @throws InvalidInputException when there are too few or too many, when a weight is too large,
   *     or when the field stores something else
   */
  public DenseVectors tokenVectors(List<? extends SparseVector> vectors) {
    String path = "token_vectors." + name;
    if (type.storage() != DenseStorage.TERMS) {
      throw new InvalidInputException(
          path, "token vectors", "none, since the field stores " + type.storage().word());
    }
    checkCount(path, vectors.size());
    DenseVectors.Builder builder = new DenseVectors.Builder(type, vectors.size());
    for (int i = 0; i < vectors.size(); i++) {
      builder.addTerms(path + ".vectors[" + i + "]", vectors.get(i));
    }
    return builder.build();
  }

  /**
   * Returns the stored form of the vectors with keys that a document has of this field, which
   * stores keys. They are sorted by their keys as unsigned numbers. Those of one key stay in their
   * order.
   *
   * @param vectors the vectors; 1 to {@link #vectorsMax}
   * @throws InvalidInputException as {@link #vectors}, or when the field stores something else
   */
  public DenseVectors keyedVectors(List<KeyedVector> vectors) {
    String path = "keyed_vectors." + name;
    if (!type.hasKeys()) {
      throw new InvalidInputException(
          path, "vectors with keys", "none, since the field stores " + type.storage().word());
    }
    checkCount(path, vectors.size());
    // Sorted places, so that a message can name the place that the caller has given.
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      places.add(i);
    }
    places.sort((a, b) -> Integer.compareUnsigned(vectors.get(a).key(), vectors.get(b).key()));
    DenseVectors.Builder builder = new DenseVectors.Builder(type, vectors.size());
    for (int place : places) {
      KeyedVector vector = vectors.get(place);
      builder.addKeyed(path + ".vectors[" + place + "].values", vector.key(), vector.values());
    }
    return builder.build();
  }

  /**
   * Returns the stored form of the vector that is made of a sparse one, for a field that stores
   * {@link DenseStorage#SLICES} or {@link DenseStorage#HASHED}.
   *
   * @param vector the sparse vector of the document, as it was given or encoded
   * @throws InvalidInputException when a weight is too large
   */
  public DenseVectors densified(SparseVector vector) {
    assert type.storage().isOfSparse() : type;
    DenseVectors.Builder builder = new DenseVectors.Builder(type, 1);
    if (type.storage() == DenseStorage.HASHED) {
      builder.addHashed(vector);
    } else {
      builder.addSlices("dense." + name, vector);
    }
    return builder.build();
  }
}
