package io.siskin.server.search;

import java.util.Arrays;

/**
 * Counts scores by their upper 16 bits, 128 buckets from one power of two to the next, and so
 * follows the k-th best of them to within 0.8 % at the cost of an addition a score.
 *
 * <p>Used by one thread.
 */
final class ScoreHistogram {
  private static final int SHIFT = 16;
  private static final int BUCKETS = 1 << (Integer.SIZE - 1 - SHIFT);

  private final int[] counts = new int[BUCKETS];
  private int lowest = BUCKETS;
  private int highest = -1;
  private int k;

  /** The highest bucket for which at least k scores are in it and above it; −1 before. */
  private int ranked = -1;

  /** How many scores are in buckets above {@link #ranked}: always fewer than k. */
  private int above;

  /**
   * Forgets all scores.
   *
   * @param newK which best one is followed from now on, 1 or more
   */
  void reset(int newK) {
    if (highest >= lowest) {
      Arrays.fill(counts, lowest, highest + 1, 0);
    }
    lowest = BUCKETS;
    highest = -1;
    ranked = -1;
    above = 0;
    k = newK;
  }

  /**
   * Counts a score.
   *
   * @param score above 0
   * @return whether {@link #floor} has risen
   */
  boolean add(float score) {
    int bucket = Float.floatToRawIntBits(score) >>> SHIFT;
    counts[bucket]++;
    lowest = Math.min(lowest, bucket);
    highest = Math.max(highest, bucket);
    if (bucket <= ranked || ++above < k) {
      return false;
    }
    ranked = Math.max(ranked, lowest - 1);
    while (above >= k) {
      above -= counts[++ranked];
    }
    return true;
  }

  /** Returns a score that at least k of those added reach; 0 while there are fewer than k. */
  float floor() {
    return ranked < 0 ? 0 : Float.intBitsToFloat(ranked << SHIFT);
  }
}
