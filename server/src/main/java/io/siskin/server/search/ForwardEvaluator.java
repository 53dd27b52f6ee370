package io.siskin.server.search;

import io.siskin.index.kernel.ForwardKernel;
import io.siskin.index.segment.ForwardIndex;

/**
 * Scores every document through the forward index with the fast kernel: exact, for segments without
 * block-max lists and as the yardstick of measurements, where the {@link ExhaustiveEvaluator} would
 * take minutes.
 */
public final class ForwardEvaluator implements QueryEvaluator {
  private static final int BATCH_LENGTH = 64;

  private final ForwardIndex forward;
  private final ForwardScorer scorer;
  private final int[] batch = new int[BATCH_LENGTH];
  private final long[] offsets = new long[BATCH_LENGTH];

  /**
   * Makes an evaluator.
   *
   * @param forward the segment's forward index, valid while the evaluator is used
   * @param kernel a kernel that nobody else uses
   */
  public ForwardEvaluator(ForwardIndex forward, ForwardKernel kernel) {
    this.forward = forward;
    this.scorer = new ForwardScorer(forward, kernel);
  }

  @Override
  public void evaluate(
      SegmentQuery query,
      int documentBase,
      TopK top,
      Interruption interruption,
      SearchCounters counters) {
    scorer.begin(query);
    try {
      int documents = forward.documentCount();
      for (int from = 0; from < documents; from += BATCH_LENGTH) {
        interruption.check();
        int count = Math.min(BATCH_LENGTH, documents - from);
        for (int i = 0; i < count; i++) {
          batch[i] = from + i;
        }
        scorer.offerBatch(batch, count, offsets, documentBase, top);
      }
      counters.documentsScored += documents;
    } finally {
      scorer.end();
    }
  }
}
