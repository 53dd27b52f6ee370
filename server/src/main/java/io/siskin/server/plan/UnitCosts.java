package io.siskin.server.plan;

import io.siskin.index.format.FileKind;
import io.siskin.index.segment.Segment;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchWork;

/**
 * What a unit of counted work costs, in nanoseconds: turns what a search did into the time that it
 * is expected to take.
 *
 * <p>The costs of units relative to each other are constants of the code. They were fitted to
 * measured times of nine collections ({@code docs/adr/0021-calibration-by-counted-work.md}), so
 * that the points of one mode are compared without a clock. What differs between machines and
 * segments is one factor for each mode, see {@link ModeSpeeds}.
 *
 * <p>Immutable; safe to share.
 */
final class UnitCosts {
  private static final double EXACT_QUERY = 3_000;
  private static final double EXACT_TERM = 100;
  private static final double SUPERBLOCK_BOUND = 0.6;
  private static final double BLOCK_ROW = 3.5;
  private static final double BLOCK_ROW_MISS = 2;
  private static final double SCORE_RUN = 14;
  private static final double SCORE_RUN_MISS = 10;
  private static final double EXACT_POSTING = 0.6;
  private static final double EXACT_POSTING_MISS = 0.15;
  private static final double EXACT_SPARSE_POSTING = 3.5;
  private static final double SCORED_SUM = 0.5;
  private static final double EXACT_HIT = 25;

  private static final double IMPACT_QUERY = 600;
  private static final double IMPACT_TERM = 60;
  private static final double IMPACT_POSTING = 0.65;
  private static final double PLAIN_POSTING = 3;
  private static final double WINDOW_RUN = 100;
  private static final double PARTIAL_SUM = 0.03;
  private static final double CANDIDATE = 12;
  private static final double IMPACT_HIT = 20;

  private static final double CLUSTERED_QUERY = 2_000;
  private static final double SUMMARY = 1;
  private static final double CLUSTERED_BLOCK = 20;

  // A document that is scored through the forward index.
  private static final double RECORD = 15;
  private static final double RECORD_POSTING = 0.5;
  // Lines of a record that are fetched ahead, and what one costs that no cache has.
  private static final int LINES_MAX = 6;
  private static final double LINE_MISS = 15;
  private static final int LINE_LENGTH = 64;
  private static final int RECORD_HEADER_LENGTH = 8;
  private static final int RECORD_POSTING_LENGTH = 3;
  // Of a file of this size, half is in no cache.
  private static final double HALF_CACHED_BYTES = 32e6;

  private final double recordPostings;
  private final double record;
  private final double blockRow;
  private final double scoreRun;
  private final double exactPosting;

  /**
   * Prepares the costs of one segment.
   *
   * @param segment the segment
   */
  UnitCosts(Segment segment) {
    this(
        segment.statistics().documentCount(),
        segment.statistics().postingCount(),
        segment.lengths().getOrDefault(FileKind.FORWARD, 0L),
        segment.lengths().getOrDefault(FileKind.BLOCK_MAX, 0L));
  }

  /**
   * Prepares the costs of a segment of a size.
   *
   * @param documents its documents
   * @param postings its postings
   * @param forwardBytes the length of its forward index
   * @param blockMaxBytes the length of its block-max posting lists
   */
  UnitCosts(long documents, long postings, long forwardBytes, long blockMaxBytes) {
    this.recordPostings = (double) postings / Math.max(1, documents);
    double bytes = RECORD_HEADER_LENGTH + RECORD_POSTING_LENGTH * recordPostings;
    double lines = Math.min(LINES_MAX, 1 + bytes / LINE_LENGTH);
    this.record = RECORD + lines * LINE_MISS * missing(forwardBytes);
    double missing = missing(blockMaxBytes);
    this.blockRow = BLOCK_ROW + BLOCK_ROW_MISS * missing;
    this.scoreRun = SCORE_RUN + SCORE_RUN_MISS * missing;
    this.exactPosting = EXACT_POSTING + EXACT_POSTING_MISS * missing;
  }

  /** Returns the share of a file that is expected to be in no cache when it is read, 0 to 1. */
  private static double missing(long fileBytes) {
    return fileBytes / (fileBytes + HALF_CACHED_BYTES);
  }

  /**
   * Returns the time that scoring documents through the forward index is expected to take.
   *
   * @param documents how many documents
   * @return nanoseconds; those of the machine that the constants come from
   */
  double directNanos(long documents) {
    return (record + RECORD_POSTING * recordPostings) * documents;
  }

  /** Returns how many postings a document of the segment has, on average. */
  double recordPostings() {
    return recordPostings;
  }

  /**
   * Returns the time that work in a mode is expected to take.
   *
   * @param mode the mode
   * @param work what was counted
   * @return nanoseconds, in all; those of the machine that the constants come from
   */
  double nanos(SearchMode mode, SearchWork work) {
    double records = record * work.recordsScored() + RECORD_POSTING * work.recordPostings();
    return switch (mode) {
      case SearchMode.Exact() ->
          EXACT_QUERY * work.queries()
              + EXACT_TERM * work.termsLaid()
              + SUPERBLOCK_BOUND * work.superblocksBounded()
              + blockRow * work.blockRowsBounded()
              + scoreRun * work.scoreRuns()
              + exactPosting * work.listPostings()
              + EXACT_SPARSE_POSTING * work.sparsePostings()
              + SCORED_SUM * work.sumsScanned()
              + EXACT_HIT * work.hitsRanked()
              + records;
      case SearchMode.ScoreAtATime _ ->
          IMPACT_QUERY * work.queries()
              + IMPACT_TERM * work.termsLaid()
              + IMPACT_POSTING * work.listPostings()
              + PLAIN_POSTING * work.sparsePostings()
              + WINDOW_RUN * work.windowRuns()
              + PARTIAL_SUM * work.sumsScanned()
              + CANDIDATE * work.candidatesMet()
              + IMPACT_HIT * work.hitsRanked()
              + records;
      case SearchMode.Clustered _ ->
          CLUSTERED_QUERY * work.queries()
              + IMPACT_TERM * work.termsLaid()
              + SUMMARY * work.summariesAdded()
              + CLUSTERED_BLOCK * work.blocksVisited()
              + IMPACT_HIT * work.hitsRanked()
              + records;
    };
  }
}
