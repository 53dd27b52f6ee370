package io.siskin.server.rank.stage;

import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.Turn;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes one query of the turns of a conversation: the sum of the turns' encodings, each times its
 * weight. DiSCo (Lupart, Aliannejadi and Kanoulas, SIGIR 2025) trains an encoder so that a
 * conversation has such a representation; here it is made of what any encoder gives for each turn.
 * Pure functions; they add in the order of the turns, as doubles, and round once.
 */
public final class TurnMix {
  private TurnMix() {}

  /**
   * Mixes sparse vectors.
   *
   * @param turns the turns
   * @param vectors their vectors, keyed by token
   * @return the sums that are above 0. A sum above {@link SparseVector#WEIGHT_MAX} is that
   */
  public static SparseVector sparse(List<Turn> turns, List<SparseVector> vectors) {
    Map<String, Double> sums = new LinkedHashMap<>();
    for (int i = 0; i < vectors.size(); i++) {
      if (!(vectors.get(i) instanceof TokenVector vector)) {
        throw new IllegalStateException("text is encoded to tokens");
      }
      double weight = turns.get(i).weight();
      for (int term = 0; term < vector.size(); term++) {
        sums.merge(vector.token(term), weight * vector.weight(term), Double::sum);
      }
    }
    Map<String, Float> mixed = new LinkedHashMap<>();
    sums.forEach(
        (token, sum) -> {
          float rounded = (float) Math.min(sum, SparseVector.WEIGHT_MAX);
          if (rounded > 0) {
            mixed.put(token, rounded);
          }
        });
    return TokenVector.of(mixed);
  }

  /**
   * Mixes dense vectors.
   *
   * @param turns the turns
   * @param vectors their vectors, all of the same length
   * @param unitLengths whether each vector is divided by its Euclidean length before; one of zeros
   *     stays as it is. A field that compares by the cosine wants that, so that a weight counts the
   *     same for each turn
   */
  public static DenseVector dense(List<Turn> turns, List<float[]> vectors, boolean unitLengths) {
    double[] sums = new double[vectors.getFirst().length];
    for (int i = 0; i < vectors.size(); i++) {
      float[] vector = vectors.get(i);
      double length = unitLengths ? length(vector) : 1;
      double weight = turns.get(i).weight() / length;
      for (int j = 0; j < sums.length; j++) {
        sums[j] += weight * vector[j];
      }
    }
    float[] mixed = new float[sums.length];
    for (int j = 0; j < sums.length; j++) {
      mixed[j] = (float) sums[j];
    }
    return new DenseVector(mixed);
  }

  private static double length(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    return squares == 0 ? 1 : Math.sqrt(squares);
  }
}
