package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.kernel.ForwardKernel;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.ResidualIndex;
import org.jspecify.annotations.Nullable;

/**
 * Scores every accepted document through the forward index with the fast kernel. It is exact. It
 * serves filters that few documents pass, segments without block-max lists, and measurements, for
 * which the {@link ExhaustiveEvaluator} would take minutes.
 */
public final class ForwardEvaluator implements QueryEvaluator {
  private static final int BATCH_LENGTH = 64;

  private final ForwardIndex forward;
  private final ForwardScorer scorer;
  private final @Nullable RefinedScorer refined;
  private final int[] batch = new int[BATCH_LENGTH];
  private final long[] offsets = new long[BATCH_LENGTH];

  /**
   * Makes an evaluator that scores by impacts.
   *
   * @param forward the segment's forward index, valid while the evaluator is used
   * @param kernel a kernel that nobody else uses
   */
  public ForwardEvaluator(ForwardIndex forward, ForwardKernel kernel) {
    this(forward, null, kernel);
  }

  /**
   * Makes an evaluator that scores by refined weights where there are any: slower, since it reads
   * them for every document.
   *
   * @param forward the segment's forward index, valid while the evaluator is used
   * @param residuals the segment's residuals, valid as long; null scores by impacts
   * @param kernel a kernel that nobody else uses
   */
  public ForwardEvaluator(
      ForwardIndex forward, @Nullable ResidualIndex residuals, ForwardKernel kernel) {
    this.forward = forward;
    this.scorer = new ForwardScorer(forward, kernel);
    this.refined = residuals == null ? null : new RefinedScorer(forward, residuals, kernel);
  }

  /** Returns about how many bytes of heap its scratch memory takes. */
  long scratchBytes() {
    return scorer.scratchBytes() + (refined == null ? 0 : refined.scratchBytes());
  }

  @Override
  public void evaluate(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    begin(query);
    try {
      int documents = accepted == null ? forward.documentCount() : accepted.size();
      int next = 0;
      for (int done = 0; done < documents; done += BATCH_LENGTH) {
        cancellation.check();
        int count = Math.min(BATCH_LENGTH, documents - done);
        next = accepted == null ? fill(next, count) : fill(accepted, next, count);
        if (refined == null) {
          scorer.offerBatch(batch, count, offsets, documentBase, top);
        } else {
          refined.offerBatch(batch, count, documentBase, top);
        }
      }
      counters.documentsScored += documents;
      counters.recordsScored += documents;
      counters.recordPostings += scorer.takePostingCount();
    } finally {
      end();
    }
  }

  /** Fills the batch with neighbours; returns the number after the last one. */
  private int fill(int from, int count) {
    for (int i = 0; i < count; i++) {
      batch[i] = from + i;
    }
    return from + count;
  }

  /** Fills the batch with the next members of a set; returns the number after the last one. */
  private int fill(DocumentSet accepted, int from, int count) {
    int next = from;
    for (int i = 0; i < count; i++) {
      batch[i] = accepted.next(next);
      next = batch[i] + 1;
    }
    return next;
  }

  private void begin(SegmentQuery query) {
    if (refined == null) {
      scorer.begin(query);
    } else {
      refined.begin(query);
    }
  }

  private void end() {
    if (refined == null) {
      scorer.end();
    } else {
      refined.end();
    }
  }
}
