package io.siskin.server.search;

import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.ForwardLayout;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.kernel.ForwardKernel;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.ResidualIndex;
import java.lang.foreign.MemorySegment;

/**
 * Scores documents by their refined weights: the forward index and the residuals together.
 *
 * <p>Meant for the few documents that a search ends with. As in {@link ForwardScorer}, a first pass
 * over a batch fetches its cache lines all at once.
 *
 * <p>Used by one thread. {@link #begin} and {@link #end} bracket a query.
 */
final class RefinedScorer {
  private static final int BATCH_LENGTH = 64;
  private static final int CACHE_LINE = 64;
  private static final int RECORD_LINES = 6;
  private static final int RESIDUAL_LINES = 3;

  private final ForwardIndex forward;
  private final ForwardKernel kernel;
  private final MemorySegment records;
  private final MemorySegment residuals;
  private final QueryPages pages = new QueryPages();
  private final int[] batch = new int[BATCH_LENGTH];
  private SegmentQuery query;

  /** Never read: keeps the touching loads from being optimised away. */
  @SuppressWarnings("UnusedVariable")
  private byte touched;

  @SuppressWarnings("NullAway.Init") // the query is set by begin
  RefinedScorer(ForwardIndex forward, ResidualIndex residuals, ForwardKernel kernel) {
    this.forward = forward;
    this.kernel = kernel;
    this.records = forward.records();
    this.residuals = residuals.bytes();
  }

  /** Returns about how many bytes of heap its scratch memory takes. */
  long scratchBytes() {
    return pages.heapBytes();
  }

  /**
   * Lays a query out.
   *
   * @param newQuery the query, resolved against the same segment
   */
  void begin(SegmentQuery newQuery) {
    query = newQuery;
    pages.lay(newQuery);
  }

  /** Clears what {@link #begin} laid out. */
  void end() {
    pages.clear(query);
  }

  /**
   * Offers the candidates of one segment by their refined scores.
   *
   * @param newQuery the query, resolved against the segment
   * @param positions the positions of the snapshot's documents
   * @param segment which segment of the snapshot this one is
   * @param candidates documents of all segments
   * @param top receives those of this one
   */
  void refine(
      SegmentQuery newQuery,
      DocumentPositions positions,
      int segment,
      TopK candidates,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    int documentBase = positions.base(segment);
    int end = positions.base(segment + 1);
    begin(newQuery);
    try {
      int count = candidates.candidateCount();
      int inBatch = 0;
      for (int i = 0; i < count; i++) {
        int position = candidates.candidatePosition(i);
        if (position >= documentBase && position < end) {
          batch[inBatch++] = positions.documentNumber(position) - documentBase;
          counters.documentsScored++;
          counters.recordsScored++;
        }
        if (inBatch == BATCH_LENGTH || i == count - 1) {
          cancellation.check();
          offerBatch(batch, inBatch, documentBase, top);
          inBatch = 0;
        }
      }
    } finally {
      end();
    }
  }

  /**
   * Scores a batch and offers what shares a term with the query.
   *
   * @param documentNumbers the documents, each at most once
   * @param count how many of them
   * @param documentBase added to the numbers that are offered
   * @param top receives them
   */
  void offerBatch(int[] documentNumbers, int count, int documentBase, TopK top) {
    touch(documentNumbers, count);
    for (int i = 0; i < count; i++) {
      float score = score(documentNumbers[i]);
      if (score > 0) {
        top.offer(score, documentBase + documentNumbers[i]);
      }
    }
  }

  private void touch(int[] documentNumbers, int count) {
    byte mixed = 0;
    for (int i = 0; i < count; i++) {
      long record = forward.recordOffset(documentNumbers[i]);
      mixed ^= touch(records, record, RECORD_LINES);
      mixed ^= touch(residuals, ResidualLayout.start(record), RESIDUAL_LINES);
    }
    touched = mixed;
  }

  private static byte touch(MemorySegment memory, long from, int lines) {
    byte mixed = 0;
    long end = memory.byteSize() - 1;
    for (int line = 0; line < lines; line++) {
      mixed ^= memory.get(FileLayout.U8, Math.min(end, from + (long) line * CACHE_LINE));
    }
    return mixed;
  }

  private float score(int document) {
    long record = forward.recordOffset(document);
    int run = u16(record + ForwardLayout.FIRST_RUN_COUNT_OFFSET);
    int furtherRuns = u16(record + ForwardLayout.FURTHER_RUN_COUNT_OFFSET);
    long runs = record + ForwardLayout.RUNS_OFFSET;
    int count = run;
    for (int i = 0; i < furtherRuns; i++) {
      count += u16(runs + (long) i * ForwardLayout.RUN_LENGTH + ForwardLayout.RUN_COUNT_OFFSET);
    }
    long terms = runs + (long) furtherRuns * ForwardLayout.RUN_LENGTH;
    long impacts = terms + (long) count * Short.BYTES;
    long residual = ResidualLayout.start(record);
    long sum = kernel.refinedDot(records, terms, impacts, residuals, residual, run, pages.first());
    int done = run;
    for (int i = 0; i < furtherRuns; i++) {
      long at = runs + (long) i * ForwardLayout.RUN_LENGTH;
      int page = u16(at + ForwardLayout.RUN_PAGE_OFFSET);
      run = u16(at + ForwardLayout.RUN_COUNT_OFFSET);
      if (pages.has(page)) {
        long term = terms + (long) done * Short.BYTES;
        sum +=
            kernel.refinedDot(
                records, term, impacts + done, residuals, residual + done, run, pages.page(page));
      }
      done += run;
    }
    float scale = records.get(FileLayout.F32, record + ForwardLayout.SCALE_OFFSET);
    return query.refinedScore(sum, scale);
  }

  private int u16(long offset) {
    return records.get(FileLayout.U16, offset) & 0xFFFF;
  }
}
