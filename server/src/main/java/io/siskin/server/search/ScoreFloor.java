package io.siskin.server.search;

/** What the product of a document's sum and scale must reach, as kernels compute it in floats. */
final class ScoreFloor {
  private ScoreFloor() {}

  /**
   * Returns a product of sum and document scale, computed in floats, below which the exact score is
   * below the threshold. The kernel's product is off by two roundings, 2<sup>−23</sup> in all, and
   * the result lies 2<sup>−20</sup> below the threshold; among denormals, where that does not hold,
   * everything above zero passes. Sums of zero never do.
   *
   * @param threshold the lowest score that counts, 0 or more
   * @param scoreScale what a score is multiplied with after the document's scale
   */
  static float of(float threshold, double scoreScale) {
    double below = threshold / scoreScale * (1 - 0x1p-20);
    return below < 2 * Float.MIN_NORMAL
        ? Float.MIN_VALUE
        : (float) Math.min(below, Float.MAX_VALUE);
  }
}
