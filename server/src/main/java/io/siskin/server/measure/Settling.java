package io.siskin.server.measure;

/**
 * Tells when rounds of the same work no longer get quicker: the code is compiled and the pages are
 * mapped. A busy machine makes single rounds slower, which does not matter here, because only the
 * quickest round so far counts.
 *
 * <p>Used by one thread.
 */
public final class Settling {
  private final double gain;
  private final int quietRounds;
  private final long quietNanos;
  private double best = Double.MAX_VALUE;
  private int roundsSince;
  private long nanosSince;

  /**
   * Begins.
   *
   * @param gain the share by which a round must be quicker than the best one before to count as
   *     progress, 0 to 1
   * @param quietRounds how many rounds without progress are wanted, 1 or more
   * @param quietNanos how long they must take together, in nanoseconds, 0 or more
   */
  public Settling(double gain, int quietRounds, long quietNanos) {
    this.gain = gain;
    this.quietRounds = quietRounds;
    this.quietNanos = quietNanos;
  }

  /**
   * Adds a round.
   *
   * @param nanos what is compared: the round's median, mean or sum, in nanoseconds
   * @param roundNanos how long the round took
   */
  public void add(double nanos, long roundNanos) {
    if (nanos < best * (1 - gain)) {
      best = nanos;
      roundsSince = 0;
      nanosSince = 0;
    } else {
      roundsSince++;
      nanosSince += roundNanos;
    }
  }

  /** Returns whether there was no progress for as long as was wanted. */
  public boolean isSettled() {
    return roundsSince >= quietRounds && nanosSince >= quietNanos;
  }
}
