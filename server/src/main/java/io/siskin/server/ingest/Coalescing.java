package io.siskin.server.ingest;

import java.util.ArrayList;
import java.util.List;

/**
 * Makes fewer vectors of those of a document: passages that follow each other and are alike become
 * one. Sequential coalescing of Fast-Forward indexes (Leonhardt, Rudra, Khosla, Anand and Anand,
 * The Web Conference 2022): going through the vectors in their order, a running mean is kept until
 * the cosine distance of the next vector to it is at least delta; then the mean is one vector, and
 * a new one begins. Pure functions.
 */
final class Coalescing {
  private Coalescing() {}

  /**
   * Coalesces vectors.
   *
   * @param vectors the vectors of a document, in their order, all of the same length
   * @param delta the distance at which a new vector begins, 0 to 2: 0 keeps all of them, and more
   *     than 2 would make one. The distance to or of a vector of zeros is 1
   * @return the means, at least one if there is a vector
   */
  static List<float[]> coalesce(List<float[]> vectors, double delta) {
    List<float[]> means = new ArrayList<>();
    double[] sum = new double[vectors.isEmpty() ? 0 : vectors.getFirst().length];
    int count = 0;
    for (float[] vector : vectors) {
      // The direction of the sum is that of the mean.
      if (count > 0 && distance(sum, vector) >= delta) {
        means.add(mean(sum, count));
        sum = new double[sum.length];
        count = 0;
      }
      for (int i = 0; i < sum.length; i++) {
        sum[i] += vector[i];
      }
      count++;
    }
    if (count > 0) {
      means.add(mean(sum, count));
    }
    return means;
  }

  private static double distance(double[] sum, float[] vector) {
    double product = 0;
    double sumSquares = 0;
    double vectorSquares = 0;
    for (int i = 0; i < sum.length; i++) {
      product += sum[i] * vector[i];
      sumSquares += sum[i] * sum[i];
      vectorSquares += (double) vector[i] * vector[i];
    }
    double lengths = Math.sqrt(sumSquares) * Math.sqrt(vectorSquares);
    return lengths == 0 ? 1 : 1 - product / lengths;
  }

  private static float[] mean(double[] sum, int count) {
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sum[i] / count);
    }
    return mean;
  }
}
