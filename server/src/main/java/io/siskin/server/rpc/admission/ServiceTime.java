package io.siskin.server.rpc.admission;

/**
 * Learns how long searches take for each posting of their estimates. The estimates are upper
 * bounds, and how far they are from the truth depends on the collection and the mode. So old
 * searches count less: after {@value #WINDOW} searches, the weight of one is about a third.
 *
 * <p>Knows no clock. Not safe for concurrent use.
 */
final class ServiceTime {
  /** Over about how many searches is learnt. */
  static final int WINDOW = 64;

  /** Nothing is predicted from fewer searches. */
  static final int COUNT_MIN = 16;

  private static final double KEPT = 1 - 1.0 / WINDOW;

  private double nanos;
  private double postings;
  private double largest;
  private int count;

  /**
   * Notes a search.
   *
   * @param itsPostings its estimate
   * @param itsNanos how long a thread took for it, in nanoseconds
   */
  void add(long itsPostings, long itsNanos) {
    nanos = nanos * KEPT + (double) itsNanos;
    postings = postings * KEPT + (double) Math.max(1, itsPostings);
    largest = Math.max(largest * KEPT, (double) itsPostings);
    count = Math.min(count + 1, COUNT_MIN);
  }

  /**
   * Predicts how long one thread takes for so many postings, in nanoseconds.
   *
   * @param estimate the sum of estimates
   * @return 0 while too little is known
   */
  long predictNanos(long estimate) {
    return count < COUNT_MIN ? 0 : (long) (estimate * (nanos / postings));
  }

  /**
   * Predicts from below how long a search waits. Several threads end their work at different times,
   * and all but one of them may be at a large search that was served before this one.
   *
   * @param before the sum of the estimates that are served before it
   * @param threads how many threads serve them, 1 or more
   * @return in nanoseconds; 0 while too little is known
   */
  long predictWaitNanos(long before, int threads) {
    return predictNanos((long) Math.max(0, before - (threads - 1) * largest)) / threads;
  }
}
