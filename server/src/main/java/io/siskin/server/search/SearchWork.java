package io.siskin.server.search;

/**
 * The work of searches, in the units that their time is made of. All values are counts. The same
 * query over the same segments has the same counts on every machine, however busy it is, as long as
 * it has no time budget.
 *
 * @param queries evaluations
 * @param termsLaid query terms that were looked up and laid out
 * @param superblocksBounded superblock maxima that were added to a bound, summed over lists
 * @param blockRowsBounded rows of block maxima that were added to bounds, summed over lists
 * @param scoreRuns runs of postings that were added to a superblock's scores, summed over lists
 * @param listPostings postings of lists with rows whose impact was added to a sum
 * @param sparsePostings postings of short lists that were read, each time they were
 * @param windowRuns runs of postings that were added to a window's partial sums
 * @param sumsScanned sums of documents that were compared with a floor
 * @param candidatesMet documents whose partial sum reached the floor when it was scanned
 * @param recordsScored documents that were scored through the forward index
 * @param recordPostings the postings of these
 * @param summariesAdded block summaries of clustered lists that were added up, times query terms
 * @param blocksVisited blocks of clustered lists whose documents were read
 * @param hitsRanked hits that were handed out
 */
public record SearchWork(
    long queries,
    long termsLaid,
    long superblocksBounded,
    long blockRowsBounded,
    long scoreRuns,
    long listPostings,
    long sparsePostings,
    long windowRuns,
    long sumsScanned,
    long candidatesMet,
    long recordsScored,
    long recordPostings,
    long summariesAdded,
    long blocksVisited,
    long hitsRanked) {
  /** No search. */
  public static final SearchWork NONE = new SearchWork(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * Returns the sums of both.
   *
   * @param other the work of other searches
   */
  public SearchWork plus(SearchWork other) {
    return new SearchWork(
        queries + other.queries,
        termsLaid + other.termsLaid,
        superblocksBounded + other.superblocksBounded,
        blockRowsBounded + other.blockRowsBounded,
        scoreRuns + other.scoreRuns,
        listPostings + other.listPostings,
        sparsePostings + other.sparsePostings,
        windowRuns + other.windowRuns,
        sumsScanned + other.sumsScanned,
        candidatesMet + other.candidatesMet,
        recordsScored + other.recordsScored,
        recordPostings + other.recordPostings,
        summariesAdded + other.summariesAdded,
        blocksVisited + other.blocksVisited,
        hitsRanked + other.hitsRanked);
  }

  /**
   * Returns the same work with other candidates.
   *
   * @param met documents whose partial sum reached the floor when it was scanned
   * @param records documents scored through the forward index
   * @param postings the postings of these
   * @param hits hits that are handed out
   */
  public SearchWork withCandidates(long met, long records, long postings, long hits) {
    return new SearchWork(
        queries,
        termsLaid,
        superblocksBounded,
        blockRowsBounded,
        scoreRuns,
        listPostings,
        sparsePostings,
        windowRuns,
        sumsScanned,
        met,
        records,
        postings,
        summariesAdded,
        blocksVisited,
        hits);
  }
}
