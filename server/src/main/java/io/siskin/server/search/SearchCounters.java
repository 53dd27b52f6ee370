package io.siskin.server.search;

/**
 * The mutable form of {@link SearchStats}, filled by evaluators; one a query, used by one thread.
 */
public final class SearchCounters {
  /** See {@link SearchStats#listsVisited}. */
  public long listsVisited;

  /** See {@link SearchStats#blocksBounded}. */
  public long blocksBounded;

  /** See {@link SearchStats#blocksSkipped}. */
  public long blocksSkipped;

  /** See {@link SearchStats#blocksScored}. */
  public long blocksScored;

  /** See {@link SearchStats#documentsScored}. */
  public long documentsScored;

  /** See {@link SearchStats#postingsScored}. */
  public long postingsScored;

  /** See {@link SearchStats#budgetExhausted}. */
  public long budgetExhausted;

  /** Creates zeros. */
  public SearchCounters() {}

  /** Sets all to zero. */
  public void reset() {
    listsVisited = 0;
    blocksBounded = 0;
    blocksSkipped = 0;
    blocksScored = 0;
    documentsScored = 0;
    postingsScored = 0;
    budgetExhausted = 0;
  }

  /** Returns the values so far. */
  public SearchStats toStats() {
    return new SearchStats(
        listsVisited,
        blocksBounded,
        blocksSkipped,
        blocksScored,
        documentsScored,
        postingsScored,
        budgetExhausted);
  }
}
