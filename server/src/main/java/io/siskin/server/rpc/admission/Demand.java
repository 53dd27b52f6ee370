package io.siskin.server.rpc.admission;

/**
 * What a task asks for.
 *
 * @param caller whose task it is, see {@link FairQueue}; empty for nobody in particular
 * @param kind which kind of work it is
 * @param postings an upper estimate of its work in postings, about a nanosecond each; 0 or more
 * @param remainingNanos how long its caller still waits, in nanoseconds; {@link Long#MAX_VALUE} for
 *     no limit
 * @param isPredictable whether the time for its postings is like that of searches, so that it can
 *     be predicted and learnt from
 */
public record Demand(
    String caller, WorkClass kind, long postings, long remainingNanos, boolean isPredictable) {
  // Above it a sum of many could overflow.
  private static final long POSTINGS_MAX = 1L << 40;

  /** Bounds the estimate. */
  public Demand {
    assert postings >= 0 : postings;
    postings = Math.min(postings, POSTINGS_MAX);
  }

  /**
   * Returns the demand of a search.
   *
   * @param caller whose it is
   * @param postings an upper estimate of its work
   * @param remainingNanos how long its caller still waits; {@link Long#MAX_VALUE} for no limit
   */
  public static Demand ofSearch(String caller, long postings, long remainingNanos) {
    return new Demand(caller, WorkClass.INTERACTIVE, postings, remainingNanos, true);
  }

  /**
   * Returns the demand of work that is no search. Its postings only say how much of the caller's
   * share it takes.
   *
   * @param caller whose it is
   * @param kind which kind of work it is
   * @param postings about how much it is
   */
  public static Demand ofOther(String caller, WorkClass kind, long postings) {
    return new Demand(caller, kind, postings, Long.MAX_VALUE, false);
  }
}
