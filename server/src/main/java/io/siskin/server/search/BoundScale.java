package io.siskin.server.search;

/**
 * Integer bounds that are never below the scores that they cover.
 *
 * <p>In exact arithmetic a document's score is at most {@code Σ queryWeight × maximumScale ×
 * maximum × scoreScale}, by the promise of {@link io.siskin.index.format.v1.BlockMaxLayout}. With
 * {@code c = queryWeight × maximumScale}, which a double holds exactly (23 bits times 24), a term's
 * integer weight is {@code ceil(c / unit)}. The unit is a power of two, so the division and
 * everything that follows is exact, and {@code bound × unit × scoreScale ≥ score} before rounding.
 * Rounding a score to double and to float is monotone, so a bound that is strictly below the
 * threshold's predecessor among floats belongs to documents whose float score is below the
 * threshold.
 */
final class BoundScale {
  private final int factorMax;
  private final int divisor;
  private double unit = 1;
  private double scoreScale = 1;

  /**
   * @param factorMax the largest number that a weight is multiplied with
   * @param divisor what such a number is divided by to give a maximum: 1, or 15 for packed ones
   */
  BoundScale(int factorMax, int divisor) {
    this.factorMax = factorMax;
    this.divisor = divisor;
  }

  /**
   * Chooses the smallest unit for which the bound of a document with all maxima fits an int.
   *
   * @param coefficientSum the sum of all terms' coefficients
   * @param terms how many there are
   * @param queryScoreScale the query's score scale, a power of two
   */
  void fit(double coefficientSum, int terms, double queryScoreScale) {
    // Rounding up adds less than 1 a term; one more a term covers the rounding of the sum itself.
    double weightSumMax = (double) Integer.MAX_VALUE / factorMax - 2.0 * terms;
    unit = Math.scalb(1.0, -Math.getExponent(weightSumMax / coefficientSum));
    scoreScale = queryScoreScale;
  }

  /**
   * Returns a term's integer weight.
   *
   * @param coefficient the term's weight in the query times its maximum scale
   */
  int weight(double coefficient) {
    return (int) Math.ceil(coefficient / unit);
  }

  /**
   * Returns the smallest bound that may still belong to a document that enters the heap, at least
   * 1.
   *
   * @param threshold the k-th best score, or 0
   */
  int floor(float threshold) {
    double bound = Math.nextDown(threshold) * (double) divisor / scoreScale / unit;
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, Math.ceil(bound)));
  }
}
