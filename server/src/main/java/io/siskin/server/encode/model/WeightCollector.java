package io.siskin.server.encode.model;

import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.onnx.InferenceException;
import java.util.Arrays;

/** Weights over a vocabulary to a sparse vector. */
final class WeightCollector {
  private final String modelFile;
  private final TermNames names;

  WeightCollector(String modelFile, TermNames names) {
    this.modelFile = modelFile;
    this.names = names;
  }

  /**
   * Returns the vector of the weights above 0; what is no number counts nowhere.
   *
   * @param weights by index of the vocabulary; those of folded spellings are changed
   * @throws InferenceException when a weight is infinite
   */
  SparseVector collect(float[] weights) {
    if (names.isFolded()) {
      fold(weights);
    }
    int count = 0;
    int[] found = new int[64];
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0 && names.term(i) != null) {
        check(i, weights[i]);
        if (count == found.length) {
          found = Arrays.copyOf(found, 2 * count);
        }
        found[count++] = i;
      }
    }
    String[] terms = new String[count];
    float[] kept = new float[count];
    for (int i = 0; i < count; i++) {
      terms[i] = String.valueOf(names.term(found[i]));
      kept[i] = weights[found[i]];
    }
    return TokenVector.of(terms, kept);
  }

  private void fold(float[] weights) {
    for (int i = 0; i < weights.length; i++) {
      int first = names.canonical(i);
      if (first != i) {
        weights[first] = Math.max(weights[first], weights[i]);
        weights[i] = 0;
      }
    }
  }

  private void check(int index, float weight) {
    if (!(weight <= SparseVector.WEIGHT_MAX)) {
      throw new InferenceException(
          modelFile,
          "the weight of term '"
              + names.term(index)
              + "' is "
              + weight
              + "; expected: a finite number. A model in half precision may overflow");
    }
  }
}
