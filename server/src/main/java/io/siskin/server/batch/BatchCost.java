package io.siskin.server.batch;

/**
 * What batches cost, measured: the rate at which tokens are encoded, going by the last quarter
 * second of work, and what starting a batch costs beside that, going by the last 50 batches.
 *
 * <p>Not safe for concurrent use: the queue's lock guards it.
 */
final class BatchCost {
  // Some 50 batches are remembered.
  private static final double DECAY = 0.98;
  // Half of the deadline of an impatient caller: the rate of what is promised now.
  private static final double RECENT_NANOS = 250e6;
  private static final int SAMPLES_MIN = 16;
  private static final int START_TOKENS_DEFAULT = 16;
  private static final int START_TOKENS_MAX = 512;
  // Batches whose sizes differ less than this share of their mean tell nothing about the start.
  private static final double SPREAD_MIN = 0.1;

  private long samples;
  private double recentTokens;
  private double recentPadded;
  private double recentNanos;
  private double weight;
  private double padded;
  private double paddedSquares;
  private double nanos;
  private double products;
  private int startTokens = START_TOKENS_DEFAULT;

  /**
   * Notes a batch.
   *
   * @param tokenCount its tokens without padding, 1 or more
   * @param paddedCount its tokens with padding
   * @param batchNanos how long it took
   */
  void add(long tokenCount, long paddedCount, long batchNanos) {
    samples++;
    double recentDecay = Math.exp(-batchNanos / RECENT_NANOS);
    recentTokens = recentTokens * recentDecay + tokenCount;
    recentPadded = recentPadded * recentDecay + paddedCount;
    recentNanos = recentNanos * recentDecay + batchNanos;
    weight = weight * DECAY + 1;
    padded = padded * DECAY + paddedCount;
    paddedSquares = paddedSquares * DECAY + (double) paddedCount * paddedCount;
    nanos = nanos * DECAY + batchNanos;
    products = products * DECAY + (double) paddedCount * batchNanos;
    fit();
  }

  /** Tells whether anything has been measured. */
  boolean isKnown() {
    return samples > 0;
  }

  /** Returns what a text's token costs, padding and starts of batches included; 0 if unknown. */
  double nanosPerToken() {
    return recentTokens == 0 ? 0 : recentNanos / recentTokens;
  }

  /** Returns what a token of a batch costs, padding being tokens too; 0 if unknown. */
  double nanosPerPaddedToken() {
    return recentPadded == 0 ? 0 : recentNanos / recentPadded;
  }

  /** Returns how many tokens cost as much as the start of a batch, 0 to 512. */
  int startTokens() {
    return startTokens;
  }

  /** Fits a line through the batches: time over padded tokens. Its start is what a batch costs. */
  private void fit() {
    double mean = padded / weight;
    double variance = paddedSquares / weight - mean * mean;
    if (samples < SAMPLES_MIN || variance < (SPREAD_MIN * mean) * (SPREAD_MIN * mean)) {
      return;
    }
    double nanosMean = nanos / weight;
    double slope = (products / weight - mean * nanosMean) / variance;
    // Where tokens seem to cost nothing, all of a batch's time is its start.
    double start = slope > 0 ? (nanosMean - slope * mean) / slope : START_TOKENS_MAX;
    startTokens = (int) Math.clamp(start, 0, START_TOKENS_MAX);
  }
}
