package io.siskin.server.search;

/**
 * The mutable form of {@link SearchStats} and {@link SearchWork}, filled by evaluators; one per
 * query, used by one thread.
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

  /** See {@link SearchWork#termsLaid}. */
  public long termsLaid;

  /** See {@link SearchWork#superblocksBounded}. */
  public long superblocksBounded;

  /** See {@link SearchWork#blockRowsBounded}. */
  public long blockRowsBounded;

  /** See {@link SearchWork#scoreRuns}. */
  public long scoreRuns;

  /** See {@link SearchWork#listPostings}. */
  public long listPostings;

  /** See {@link SearchWork#sparsePostings}. */
  public long sparsePostings;

  /** See {@link SearchWork#windowRuns}. */
  public long windowRuns;

  /** See {@link SearchWork#sumsScanned}. */
  public long sumsScanned;

  /** See {@link SearchWork#candidatesMet}. */
  public long candidatesMet;

  /** See {@link SearchWork#recordsScored}. */
  public long recordsScored;

  /** See {@link SearchWork#recordPostings}. */
  public long recordPostings;

  /** See {@link SearchWork#summariesAdded}. */
  public long summariesAdded;

  /** See {@link SearchWork#blocksVisited}. */
  public long blocksVisited;

  /** See {@link SearchWork#hitsRanked}. */
  public long hitsRanked;

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
    termsLaid = 0;
    superblocksBounded = 0;
    blockRowsBounded = 0;
    scoreRuns = 0;
    listPostings = 0;
    sparsePostings = 0;
    windowRuns = 0;
    sumsScanned = 0;
    candidatesMet = 0;
    recordsScored = 0;
    recordPostings = 0;
    summariesAdded = 0;
    blocksVisited = 0;
    hitsRanked = 0;
  }

  /** Returns what a caller is told of the search so far. */
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

  /** Returns what explains the time of the search so far. */
  public SearchWork toWork() {
    return new SearchWork(
        1,
        termsLaid,
        superblocksBounded,
        blockRowsBounded,
        scoreRuns,
        listPostings,
        sparsePostings,
        windowRuns,
        sumsScanned,
        candidatesMet,
        recordsScored,
        recordPostings,
        summariesAdded,
        blocksVisited,
        hitsRanked);
  }
}
