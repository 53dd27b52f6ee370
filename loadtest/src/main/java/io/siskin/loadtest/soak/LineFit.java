package io.siskin.loadtest.soak;

/**
 * A straight line through samples, by least squares.
 *
 * @param mean the mean of the samples
 * @param growth how much the line rises from the first sample to the last, in the unit of the
 *     samples
 */
record LineFit(double mean, double growth) {
  /**
   * Fits a line to samples that were taken at equal distances.
   *
   * @param samples two or more
   */
  static LineFit of(double... samples) {
    int count = samples.length;
    double middle = (count - 1) / 2.0;
    double mean = 0;
    for (double sample : samples) {
      mean += sample / count;
    }
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < count; i++) {
      covariance += (i - middle) * (samples[i] - mean);
      variance += (i - middle) * (i - middle);
    }
    return new LineFit(mean, covariance / variance * (count - 1));
  }

  /**
   * Returns whether the line rises by no more than a part of its mean, or by no more than a number
   * that noise explains.
   *
   * @param percent the part, in percent
   * @param least the number, in the unit of the samples
   */
  boolean isFlat(double percent, double least) {
    return growth <= Math.max(mean * percent / 100, least);
  }
}
