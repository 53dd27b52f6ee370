package io.siskin.server.search;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs one query at a time over the segments of a snapshot and holds all memory that takes:
 * evaluators, heap, result.
 *
 * <p>Used by one thread at a time, while the snapshot is retained. {@link SearcherPool} hands them
 * out.
 */
public final class Searcher {
  private static final int RESULT_LENGTH = 16;

  private final SegmentSearcher[] segments;
  private final DocumentPositions positions;
  private final SegmentQuery[] queries;
  private final TopK top = new TopK(RESULT_LENGTH);
  private final TopK refined = new TopK(RESULT_LENGTH);
  private final SearchCounters counters = new SearchCounters();
  private int[] documentNumbers = new int[RESULT_LENGTH];
  private float[] scores = new float[RESULT_LENGTH];
  private int size;
  private int unknownTermCount;

  /** The most that a refined score of the current query differs from an evaluator's; 0 for none. */
  private double scoreErrorMax;

  private long startNanoTime;

  /**
   * Makes a searcher.
   *
   * @param segments the segments, which the caller keeps retained while it searches
   * @param kernels the kernels to use
   */
  public Searcher(List<Segment> segments, KernelProvider kernels) {
    this.segments = new SegmentSearcher[segments.size()];
    this.queries = new SegmentQuery[segments.size()];
    this.positions = new DocumentPositions(segments);
    for (int i = 0; i < this.segments.length; i++) {
      this.queries[i] = new SegmentQuery();
      this.segments[i] = new SegmentSearcher(segments.get(i), kernels);
    }
  }

  /**
   * Searches all segments in one mode. The result stands in this object until the next search.
   *
   * @param query the query
   * @param mode how to evaluate
   * @param k how many documents are wanted, 1 or more
   * @param cancellation the request's deadline and cancellation
   * @throws QueryCancelledException when interrupted; there is no result then
   */
  public void search(QuantizedQuery query, SearchMode mode, int k, Cancellation cancellation) {
    begin(query, k);
    for (int i = 0; i < segments.length; i++) {
      evaluate(i, mode, cancellation);
    }
    finish(k, cancellation);
  }

  /**
   * Searches each segment in its own mode. The result stands in this object until the next search.
   *
   * @param query the query
   * @param modes how to evaluate, by segment; a budget is that of the whole search in each of them
   * @param k how many documents are wanted, 1 or more
   * @param cancellation the request's deadline and cancellation
   * @throws QueryCancelledException when interrupted; there is no result then
   */
  public void search(
      QuantizedQuery query, List<SearchMode> modes, int k, Cancellation cancellation) {
    begin(query, k);
    for (int i = 0; i < segments.length; i++) {
      evaluate(i, modes.get(i), cancellation);
    }
    finish(k, cancellation);
  }

  private void begin(QuantizedQuery query, int k) {
    counters.reset();
    size = 0;
    unknownTermCount = query.vector().size();
    startNanoTime = System.nanoTime();
    scoreErrorMax = 0;
    for (int i = 0; i < segments.length; i++) {
      queries[i].set(query, segments[i].segment().terms());
      unknownTermCount = Math.min(unknownTermCount, queries[i].unknownTermCount());
      scoreErrorMax = Math.max(scoreErrorMax, segments[i].scoreErrorMax(queries[i]));
    }
    top.reset(k, scoreErrorMax);
  }

  private void evaluate(int segment, SearchMode mode, Cancellation cancellation) {
    long budgetNanos = budgetNanos(mode);
    long share =
        budgetNanos == 0 ? 0 : share(segment, budgetNanos - (System.nanoTime() - startNanoTime));
    positions.enter(segment, top);
    segments[segment].search(
        queries[segment], null, mode, share, positions.base(segment), top, cancellation, counters);
  }

  private void finish(int k, Cancellation cancellation) {
    TopK best = top;
    if (scoreErrorMax > 0) {
      refine(k, cancellation);
      best = refined;
    }
    if (documentNumbers.length < best.size()) {
      documentNumbers = new int[k];
      scores = new float[k];
    }
    size = best.drain(documentNumbers, scores);
    for (int rank = 0; rank < size; rank++) {
      documentNumbers[rank] = positions.documentNumber(documentNumbers[rank]);
    }
    counters.hitsRanked += size;
  }

  /**
   * Chooses the k best among the candidates by their refined scores: the scores so far, of 8-bit
   * impacts, were estimates of these.
   */
  private void refine(int k, Cancellation cancellation) {
    refined.reset(k);
    for (int i = 0; i < segments.length; i++) {
      positions.enter(i, refined);
      segments[i].refine(queries[i], positions, i, top, refined, cancellation, counters);
    }
  }

  private static long budgetNanos(SearchMode mode) {
    return mode instanceof SearchMode.ScoreAtATime scoreAtATime
        ? TimeUnit.MICROSECONDS.toNanos(scoreAtATime.budgetMicros())
        : 0;
  }

  /** A segment's part of the time that is left, by its part of the documents that are left. */
  private long share(int segment, long leftNanos) {
    double documents = positions.base(segment + 1) - positions.base(segment);
    double documentsLeft = positions.base(segments.length) - positions.base(segment);
    return Math.max(1, (long) (leftNanos * (documents / Math.max(1, documentsLeft))));
  }

  /** Returns how many documents were found, at most k. */
  public int size() {
    return size;
  }

  /**
   * Returns a document found, as its number in the snapshot.
   *
   * @param rank 0 to {@link #size} − 1, best first
   */
  public int documentNumber(int rank) {
    return documentNumbers[rank];
  }

  /**
   * Returns a score.
   *
   * @param rank 0 to {@link #size} − 1, best first
   */
  public float score(int rank) {
    return scores[rank];
  }

  /**
   * Returns which segment a document found is in.
   *
   * @param rank 0 to {@link #size} − 1
   */
  public int segment(int rank) {
    return positions.segment(documentNumbers[rank]);
  }

  /**
   * Returns a document found, as its number in its {@link #segment}.
   *
   * @param rank 0 to {@link #size} − 1
   */
  public int segmentDocumentNumber(int rank) {
    return documentNumbers[rank] - positions.base(segment(rank));
  }

  /**
   * Returns how many of the query's terms no segment has; an upper bound when there are several
   * segments.
   */
  public int unknownTermCount() {
    return unknownTermCount;
  }

  /** Returns what explains the time of the search. */
  public SearchWork work() {
    return counters.toWork();
  }

  /** Returns what the search did. */
  public SearchStats stats() {
    return counters.toStats();
  }
}
