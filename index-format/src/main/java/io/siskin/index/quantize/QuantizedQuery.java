package io.siskin.index.quantize;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.vector.SparseVector;

/**
 * The weights of a query as integers. They are the same for all segments of a collection.
 *
 * <p>Each weight becomes {@code max(1, floor(weight × scale))}, where {@code scale} is the largest
 * power of two for which the weights sum to at most {@link #WEIGHT_SUM_MAX}. The sum of {@code
 * weight × impact} over any document then fits a signed 32-bit integer. Because the scale is a
 * power of two, whole numbers and other short binary fractions stay exact. The error of a score,
 * compared with a score of float weights, is below {@code terms / 2^22} of the score.
 *
 * <p>Instances are immutable and safe to share between threads.
 */
public final class QuantizedQuery {
  /** The largest number of terms of a query. */
  public static final int TERM_COUNT_MAX = 16_384;

  /** The largest sum of the integer weights of a query. Times 255, it is below 2^31. */
  public static final int WEIGHT_SUM_MAX = Integer.MAX_VALUE / FormatV1.IMPACT_MAX;

  private final SparseVector vector;
  private final int[] weights;
  private final double scoreScale;

  private QuantizedQuery(SparseVector vector, int[] weights, double scoreScale) {
    this.vector = vector;
    this.weights = weights;
    this.scoreScale = scoreScale;
  }

  /**
   * Quantises a query.
   *
   * @param vector the query, with at most {@link #TERM_COUNT_MAX} terms
   * @throws InvalidInputException if it has more terms
   */
  public static QuantizedQuery of(SparseVector vector) {
    if (vector.size() > TERM_COUNT_MAX) {
      throw new InvalidInputException(
          "number of query terms", vector.size(), "0 to " + TERM_COUNT_MAX);
    }
    double sum = 0;
    for (int i = 0; i < vector.size(); i++) {
      sum += vector.weight(i);
    }
    int[] weights = new int[vector.size()];
    if (weights.length == 0) {
      return new QuantizedQuery(vector, weights, 1);
    }
    // A weight may be raised to 1, so this leaves room for 1 per term.
    int exponent = Math.getExponent((WEIGHT_SUM_MAX - TERM_COUNT_MAX) / sum);
    double scale = Math.scalb(1.0, exponent);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.max(1, (int) (vector.weight(i) * scale));
    }
    return new QuantizedQuery(vector, weights, 1 / scale);
  }

  /** Returns the query as it was given. */
  public SparseVector vector() {
    return vector;
  }

  /**
   * Returns an integer weight, 1 to {@link #WEIGHT_SUM_MAX}.
   *
   * @param index position in {@link #vector}
   */
  public int weight(int index) {
    return weights[index];
  }

  /**
   * Returns the score scale. A sum times the scale of the document times the score scale is the
   * score.
   */
  public double scoreScale() {
    return scoreScale;
  }

  /**
   * Returns the score of a document. All evaluators use this definition.
   *
   * @param sum the sum of integer weight × impact over the shared terms
   * @param documentScale the document's impact scale
   */
  public float score(int sum, float documentScale) {
    return score(sum, documentScale, scoreScale);
  }

  /**
   * Returns the score of a document. The caller gives the {@link #scoreScale} of the query.
   *
   * @param sum the sum of integer weight × impact over the shared terms
   * @param documentScale the document's impact scale
   * @param scoreScale the score scale of the query
   */
  public static float score(int sum, float documentScale, double scoreScale) {
    return (float) (sum * (documentScale * scoreScale));
  }

  /**
   * Returns the refined score of a document; the same as {@link #score} when all its residuals are
   * zero.
   *
   * @param sum the sum of integer weight × ({@link ResidualLayout#STEPS} × impact + residual) over
   *     the shared terms, below 2^40
   * @param documentScale the document's impact scale
   * @param scoreScale the score scale of the query
   */
  public static float refinedScore(long sum, float documentScale, double scoreScale) {
    return (float) (sum * (documentScale * scoreScale / ResidualLayout.STEPS));
  }
}
