package io.siskin.server.counters;

import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import java.util.concurrent.atomic.LongAdder;

/** Counts the searches of one collection that were answered. Safe for concurrent use. */
public final class SearchTotals {
  private final LongAdder exact = new LongAdder();
  private final LongAdder clustered = new LongAdder();
  private final LongAdder scoreAtATime = new LongAdder();
  private final LongAdder encodeNanos = new LongAdder();
  private final LongAdder searchNanos = new LongAdder();
  private final LongAdder fetchNanos = new LongAdder();
  private final LongAdder listsVisited = new LongAdder();
  private final LongAdder blocksBounded = new LongAdder();
  private final LongAdder blocksSkipped = new LongAdder();
  private final LongAdder blocksScored = new LongAdder();
  private final LongAdder documentsScored = new LongAdder();
  private final LongAdder postingsScored = new LongAdder();
  private final LongAdder budgetExhausted = new LongAdder();
  private final DurationHistogram durations = new DurationHistogram();

  /** Creates zeros. */
  public SearchTotals() {}

  /**
   * What was counted.
   *
   * @param exact searches in the exact mode
   * @param clustered searches over clustered lists
   * @param scoreAtATime searches over impact-ordered lists
   * @param encodeNanos text to vector, in nanoseconds, summed over searches
   * @param searchNanos evaluation, likewise
   * @param fetchNanos ids, fields and explanations, likewise
   * @param stats what the evaluations did, summed
   * @param durations how long each took, from vector or text to answer
   */
  public record Counts(
      long exact,
      long clustered,
      long scoreAtATime,
      long encodeNanos,
      long searchNanos,
      long fetchNanos,
      SearchStats stats,
      DurationHistogram.Counts durations) {}

  /**
   * Counts a search.
   *
   * @param mode the mode that was used
   * @param stats what the evaluation did
   * @param encode text to vector, in nanoseconds
   * @param search evaluation, in nanoseconds
   * @param fetch ids, fields and explanations, in nanoseconds
   * @param total from vector or text to answer, in nanoseconds
   */
  public void add(
      SearchMode mode, SearchStats stats, long encode, long search, long fetch, long total) {
    (switch (mode) {
          case SearchMode.Exact _ -> exact;
          case SearchMode.Clustered _ -> clustered;
          case SearchMode.ScoreAtATime _ -> scoreAtATime;
        })
        .increment();
    encodeNanos.add(encode);
    searchNanos.add(search);
    fetchNanos.add(fetch);
    listsVisited.add(stats.listsVisited());
    blocksBounded.add(stats.blocksBounded());
    blocksSkipped.add(stats.blocksSkipped());
    blocksScored.add(stats.blocksScored());
    documentsScored.add(stats.documentsScored());
    postingsScored.add(stats.postingsScored());
    budgetExhausted.add(stats.budgetExhausted());
    durations.add(total);
  }

  /** Returns what was counted so far. */
  public Counts counts() {
    return new Counts(
        exact.sum(),
        clustered.sum(),
        scoreAtATime.sum(),
        encodeNanos.sum(),
        searchNanos.sum(),
        fetchNanos.sum(),
        new SearchStats(
            listsVisited.sum(),
            blocksBounded.sum(),
            blocksSkipped.sum(),
            blocksScored.sum(),
            documentsScored.sum(),
            postingsScored.sum(),
            budgetExhausted.sum()),
        durations.counts());
  }
}
