package io.siskin.server.search;

/**
 * What one evaluation did, to explain its time. All values are counts summed over the segments of
 * the collection.
 *
 * @param listsVisited posting lists that were read
 * @param blocksBounded posting blocks, document blocks or superblocks whose bound or summary score
 *     was computed
 * @param blocksSkipped of these, how many were not read because of it
 * @param blocksScored blocks whose documents or postings were read
 * @param documentsScored documents whose exact score was computed
 * @param postingsScored postings whose impact was added to a score
 * @param budgetExhausted segments whose evaluation a time budget ended before it was done
 */
public record SearchStats(
    long listsVisited,
    long blocksBounded,
    long blocksSkipped,
    long blocksScored,
    long documentsScored,
    long postingsScored,
    long budgetExhausted) {
  /** Nothing was done. */
  public static final SearchStats NONE = new SearchStats(0, 0, 0, 0, 0, 0, 0);

  /** Returns the sums of both. */
  public SearchStats plus(SearchStats other) {
    return new SearchStats(
        listsVisited + other.listsVisited,
        blocksBounded + other.blocksBounded,
        blocksSkipped + other.blocksSkipped,
        blocksScored + other.blocksScored,
        documentsScored + other.documentsScored,
        postingsScored + other.postingsScored,
        budgetExhausted + other.budgetExhausted);
  }
}
