package io.siskin.index.dense;

import io.siskin.index.vector.SparseVector;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * The heaviest terms of the sparse vector of one token, by ascending unsigned numbers.
 *
 * @param numbers the numbers of the terms, each once
 * @param weights their weights, above 0
 */
record PrunedTerms(int[] numbers, float[] weights) {
  /**
   * Keeps the heaviest terms of a vector. Of two terms with the same weight, the smaller number
   * stays. Of two tokens with the same number, the heavier one counts.
   *
   * @param vector the vector
   * @param countMax how many terms are kept at most
   */
  static PrunedTerms of(SparseVector vector, int countMax) {
    Map<Long, Float> byNumber = new TreeMap<>();
    for (int i = 0; i < vector.size(); i++) {
      byNumber.merge(
          Integer.toUnsignedLong(TermNumbers.of(vector, i)), vector.weight(i), Math::max);
    }
    Long[] kept =
        byNumber.keySet().stream()
            .sorted(Comparator.comparing(byNumber::get, Comparator.reverseOrder()))
            .limit(countMax)
            .toArray(Long[]::new);
    Arrays.sort(kept);
    int[] numbers = new int[kept.length];
    float[] weights = new float[kept.length];
    for (int i = 0; i < kept.length; i++) {
      numbers[i] = kept[i].intValue();
      weights[i] = byNumber.getOrDefault(kept[i], 0f);
    }
    return new PrunedTerms(numbers, weights);
  }
}
