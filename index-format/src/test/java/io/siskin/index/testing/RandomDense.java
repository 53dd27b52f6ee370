package io.siskin.index.testing;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random dense vectors of a field for each storage and similarity. */
public final class RandomDense {
  /** A field for each storage and similarity, with dimensions that need padding and others. */
  public static final List<DenseFieldSpec> FIELDS = fields();

  private final Random random;

  /** Draws from a source of chance. */
  public RandomDense(Random random) {
    this.random = random;
  }

  private static List<DenseFieldSpec> fields() {
    int[] dimensions = {1, 7, 32, 65, 100, 128};
    List<DenseFieldSpec> fields = new ArrayList<>();
    for (DenseStorage storage : DenseStorage.values()) {
      for (DenseSimilarity similarity : DenseSimilarity.values()) {
        DenseType type = new DenseType(dimensions[fields.size()], storage, similarity);
        String name = storage.word() + "-" + similarity.word();
        fields.add(new DenseFieldSpec(name, type, similarity == DenseSimilarity.DOT ? 5 : 1));
      }
    }
    return List.copyOf(fields);
  }

  /** Returns the dense vectors of one document in their stored form. */
  public Map<String, DenseVectors> document() {
    return new Schema(List.of(), null, FIELDS).stored(given());
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
