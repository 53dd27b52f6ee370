package io.siskin.server.search;

import io.siskin.index.growing.GrowingView;
import io.siskin.index.kernel.KernelProvider;

/**
 * Makes views of growing segments searchable, and keeps the scratch memory that their searches use.
 * That memory fits every growing segment, so one of these serves a process.
 *
 * <p>Safe for concurrent use.
 */
public final class GrowingSearchers {
  private final KernelProvider kernels;
  private final ScratchPool<GrowingEvaluator> idle = new ScratchPool<>();

  /**
   * Makes an empty store.
   *
   * @param kernels the kernels to use
   */
  public GrowingSearchers(KernelProvider kernels) {
    this.kernels = kernels;
  }

  /**
   * Makes a view searchable.
   *
   * @param view the view; whoever searches keeps its segment retained
   */
  public GrowingSegment searchable(GrowingView view) {
    return new SearchableGrowingView(view, this);
  }

  GrowingEvaluator take() {
    GrowingEvaluator evaluator = idle.take();
    return evaluator == null ? new GrowingEvaluator(kernels.blockMaxKernels()) : evaluator;
  }

  void giveBack(GrowingEvaluator evaluator) {
    idle.giveBack(evaluator);
  }
}
