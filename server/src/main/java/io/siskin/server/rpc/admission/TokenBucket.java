package io.siskin.server.rpc.admission;

/**
 * A bucket that fills at a steady rate, and out of which each request takes tokens. It keeps one
 * number: when it will be full. (This is the virtual scheduling form of the generic cell rate
 * algorithm, ITU-T I.371.)
 *
 * <p>Knows no clock. Not safe for concurrent use.
 */
final class TokenBucket {
  private static final double NANOS_PER_SECOND = 1e9;

  private final double nanosPerToken;
  private final double burstNanos;
  private final int burst;

  // Relative to the first time that was told, so that a double is exact enough.
  private long originNanoTime;
  private double fullAtNanos;
  private boolean isUsed;

  /**
   * Makes a full bucket.
   *
   * @param tokensPerSecond how fast it fills, 1 or more
   * @param burst how many tokens it holds, 1 or more
   */
  TokenBucket(int tokensPerSecond, int burst) {
    this.nanosPerToken = NANOS_PER_SECOND / tokensPerSecond;
    this.burst = burst;
    this.burstNanos = burst * nanosPerToken;
  }

  /**
   * Takes tokens if they are there. More tokens than the bucket holds are taken when it is full,
   * and it then takes as much longer to fill.
   *
   * @param tokens how many, 0 or more
   * @param nanoTime the time now
   * @return 0 when they were taken; otherwise after how many nanoseconds they will be there
   */
  long take(long tokens, long nanoTime) {
    double now = sinceOrigin(nanoTime);
    double full = Math.max(now, fullAtNanos);
    double needed = Math.min(tokens, burst) * nanosPerToken;
    // What is missing now, in time, plus what is needed, must fit into the bucket.
    double wait = full - now + needed - burstNanos;
    if (wait > 0.5) {
      return (long) Math.ceil(wait);
    }
    fullAtNanos = full + tokens * nanosPerToken;
    return 0;
  }

  private double sinceOrigin(long nanoTime) {
    if (!isUsed) {
      isUsed = true;
      originNanoTime = nanoTime;
    }
    return nanoTime - originNanoTime;
  }
}
