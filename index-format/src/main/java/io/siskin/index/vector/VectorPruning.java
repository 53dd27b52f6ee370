package io.siskin.index.vector;

import io.siskin.index.error.InvalidInputException;
import java.util.Arrays;

/**
 * Static pruning of the vector of a document before it is indexed. The heaviest terms stay, up to a
 * number of terms and up to a share of the sum of weights. The other terms are also missing in the
 * scores. Pruning of posting lists is different, because it does not change scores.
 *
 * <p>Instances are immutable and safe to share between threads.
 *
 * @param termsMax the largest number of terms that stay, 1 or more. A smaller value makes the index
 *     smaller and searches faster, but lowers the effectiveness
 * @param weightShare the share of the sum of weights at which no more terms are kept, above 0 to 1.
 *     The heaviest terms are kept first. A smaller value has the same effects
 */
public record VectorPruning(int termsMax, double weightShare) {
  /** Everything stays. */
  public static final VectorPruning NONE = new VectorPruning(Integer.MAX_VALUE, 1);

  /** Checks the ranges. */
  public VectorPruning {
    if (termsMax < 1) {
      throw new InvalidInputException("document_terms_max", termsMax, "1 or more");
    }
    if (!(weightShare > 0 && weightShare <= 1)) {
      throw new InvalidInputException("document_weight_share", weightShare, "above 0, at most 1");
    }
  }

  /**
   * Prunes a vector.
   *
   * @param vector the vector of a document
   * @return the pruned vector, or the same object if all terms stay
   */
  public SparseVector prune(SparseVector vector) {
    if (vector.size() <= termsMax && weightShare == 1) {
      return vector;
    }
    int[] order = heaviestFirst(vector);
    int kept = keptCount(vector, order);
    if (kept == vector.size()) {
      return vector;
    }
    Arrays.sort(order, 0, kept);
    float[] weights = new float[kept];
    for (int i = 0; i < kept; i++) {
      weights[i] = vector.weight(order[i]);
    }
    return switch (vector) {
      case TermIdVector ids -> {
        int[] termIds = new int[kept];
        for (int i = 0; i < kept; i++) {
          termIds[i] = ids.termId(order[i]);
        }
        yield TermIdVector.of(termIds, weights);
      }
      case TokenVector tokens -> {
        String[] names = new String[kept];
        for (int i = 0; i < kept; i++) {
          names[i] = tokens.token(order[i]);
        }
        yield TokenVector.of(names, weights);
      }
    };
  }

  /**
   * Returns the positions by descending weight. Terms with equal weights stay in the order of the
   * vector.
   */
  private static int[] heaviestFirst(SparseVector vector) {
    long[] keys = new long[vector.size()];
    for (int i = 0; i < keys.length; i++) {
      // Weights are positive, so the order of their bits is the order of the weights.
      keys[i] = (long) ~Float.floatToRawIntBits(vector.weight(i)) << Integer.SIZE | i;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    for (int i = 0; i < keys.length; i++) {
      order[i] = (int) keys[i];
    }
    return order;
  }

  private int keptCount(SparseVector vector, int[] order) {
    int kept = Math.min(vector.size(), termsMax);
    if (weightShare == 1) {
      return kept;
    }
    double all = 0;
    for (int i = 0; i < vector.size(); i++) {
      all += vector.weight(i);
    }
    double sum = 0;
    int needed = 0;
    while (needed < kept && sum < weightShare * all) {
      sum += vector.weight(order[needed++]);
    }
    return needed;
  }
}
