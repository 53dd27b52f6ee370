package io.siskin.index.testing;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.KeyedVector;
import io.siskin.index.document.Schema;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random vectors of a dense field for each storage and similarity. */
public final class RandomDense {
  /**
   * A field for each storage of values and each similarity, with dimensions that need padding and
   * others.
   */
  public static final List<DenseFieldSpec> FIELDS = fields();

  /** A field of token vectors. */
  public static final DenseFieldSpec TOKENS =
      new DenseFieldSpec("tokens", new DenseType(5, DenseStorage.TERMS, DenseSimilarity.DOT), 4);

  /** A field of slices. */
  public static final DenseFieldSpec SLICES =
      new DenseFieldSpec("slices", new DenseType(64, DenseStorage.SLICES, DenseSimilarity.DOT), 1);

  /** Fields of vectors with keys. */
  public static final List<DenseFieldSpec> KEYED =
      List.of(
          new DenseFieldSpec(
              "keyed-f32", new DenseType(20, DenseStorage.KEYED_F32, DenseSimilarity.DOT), 9),
          new DenseFieldSpec(
              "keyed-f16", new DenseType(33, DenseStorage.KEYED_F16, DenseSimilarity.COSINE), 9));

  /** A field of hashed terms. */
  public static final DenseFieldSpec HASHED =
      new DenseFieldSpec("hashed", new DenseType(77, DenseStorage.HASHED, DenseSimilarity.DOT), 1);

  /** All fields. */
  public static final List<DenseFieldSpec> ALL = all();

  private final Random random;

  /** Draws from a source of chance. */
  public RandomDense(Random random) {
    this.random = random;
  }

  private static List<DenseFieldSpec> fields() {
    int[] dimensions = {1, 7, 32, 65, 100, 128};
    List<DenseFieldSpec> fields = new ArrayList<>();
    for (DenseStorage storage : List.of(DenseStorage.F32, DenseStorage.F16, DenseStorage.INT8)) {
      for (DenseSimilarity similarity : DenseSimilarity.values()) {
        DenseType type = new DenseType(dimensions[fields.size()], storage, similarity);
        String name = storage.word() + "-" + similarity.word();
        fields.add(new DenseFieldSpec(name, type, similarity == DenseSimilarity.DOT ? 5 : 1));
      }
    }
    fields.add(
        new DenseFieldSpec(
            "binary-dot", new DenseType(70, DenseStorage.BINARY, DenseSimilarity.DOT), 5));
    return List.copyOf(fields);
  }

  private static List<DenseFieldSpec> all() {
    List<DenseFieldSpec> fields = new ArrayList<>(FIELDS);
    fields.add(TOKENS);
    fields.add(SLICES);
    fields.addAll(KEYED);
    fields.add(HASHED);
    return List.copyOf(fields);
  }

  /** Returns the vectors of one document in their stored form. */
  public Map<String, DenseVectors> document() {
    Schema schema = new Schema(List.of(), null, ALL);
    return schema.stored(schema.stored(given()), tokens(), keyed(), sparse(90));
  }

  /** Returns the token vectors of one document, which may have none. */
  public Map<String, List<SparseVector>> tokens() {
    List<SparseVector> vectors = new ArrayList<>();
    for (int i = random.nextInt(TOKENS.vectorsMax() + 1); i > 0; i--) {
      vectors.add(sparse(9));
    }
    return Map.of(TOKENS.name(), vectors);
  }

  /** Returns the vectors with keys of one document, which may have none. */
  public Map<String, List<KeyedVector>> keyed() {
    Map<String, List<KeyedVector>> keyed = new LinkedHashMap<>();
    for (DenseFieldSpec field : KEYED) {
      keyed.put(field.name(), keyed(field, random.nextInt(field.vectorsMax() + 1)));
    }
    return keyed;
  }

  /**
   * Returns vectors with keys, of few different ones. One of them is the largest unsigned number.
   *
   * @param field a field that stores keys
   * @param count how many
   */
  public List<KeyedVector> keyed(DenseFieldSpec field, int count) {
    List<KeyedVector> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      vectors.add(new KeyedVector(random.nextInt(-1, 7), vector(field)));
    }
    return vectors;
  }

  /** Returns the token vectors of one document by term ids; it may have none. */
  public Map<String, List<SparseVector>> tokensByTermId() {
    List<SparseVector> vectors = new ArrayList<>();
    for (int i = random.nextInt(TOKENS.vectorsMax() + 1); i > 0; i--) {
      int[] ids = random.ints(0, 20).distinct().limit(random.nextInt(9)).toArray();
      float[] weights = new float[ids.length];
      for (int term = 0; term < ids.length; term++) {
        weights[term] = random.nextFloat() + 0.01f;
      }
      vectors.add(TermIdVector.of(ids, weights));
    }
    return Map.of(TOKENS.name(), vectors);
  }

  /** Returns a sparse vector of tokens, which may be empty. */
  public SparseVector sparse(int sizeMax) {
    Map<String, Float> weights = new HashMap<>();
    for (int i = random.nextInt(sizeMax + 1); i > 0; i--) {
      weights.put("w" + random.nextInt(2 * sizeMax), (1 + random.nextInt(40)) / 8f);
    }
    return TokenVector.of(weights);
  }

  /** Returns the dense vectors of one document, which lacks some fields. */
  public Map<String, List<float[]>> given() {
    Map<String, List<float[]>> dense = new LinkedHashMap<>();
    for (DenseFieldSpec field : FIELDS) {
      if (random.nextInt(3) > 0) {
        List<float[]> vectors = new ArrayList<>();
        for (int i = random.nextInt(field.vectorsMax()); i >= 0; i--) {
          vectors.add(vector(field));
        }
        dense.put(field.name(), vectors);
      }
    }
    return dense;
  }

  /** Returns a vector, of any length but 0. */
  public float[] vector(DenseFieldSpec field) {
    float[] vector = new float[field.type().dimensions()];
    float scale = (float) Math.exp(random.nextGaussian());
    for (int i = 0; i < vector.length; i++) {
      vector[i] = scale * (float) random.nextGaussian();
    }
    vector[0] += vector[0] < 0 ? -0.01f : 0.01f;
    return vector;
  }
}
