package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.BlockMaxIndex;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.ResidualIndex;
import io.siskin.index.segment.Segment;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the evaluator of a route for one mapped segment, by what the segment carries. Evaluators
 * are made when first needed, since each holds scratch memory.
 *
 * <p>Used by one thread at a time.
 */
final class MappedSegmentSearcher implements SegmentSearcher {
  private final Segment segment;
  private final KernelProvider kernels;
  private @Nullable QueryEvaluator exact;
  private @Nullable ForwardEvaluator direct;
  private @Nullable ClusteredEvaluator clustered;
  private @Nullable ImpactOrderedEvaluator scoreAtATime;
  private @Nullable RefinedScorer refined;

  MappedSegmentSearcher(Segment segment, KernelProvider kernels) {
    this.segment = segment;
    this.kernels = kernels;
  }

  /**
   * Returns about how many bytes of heap the scratch memory of its evaluators takes. Another thread
   * may ask too: what it learns may be out of date.
   */
  long scratchBytes() {
    long bytes = exact instanceof BlockMaxEvaluator blockMax ? blockMax.scratchBytes() : 0;
    ForwardEvaluator forward = direct;
    ClusteredEvaluator overClusters = clustered;
    ImpactOrderedEvaluator overImpacts = scoreAtATime;
    RefinedScorer scorer = refined;
    bytes += forward == null ? 0 : forward.scratchBytes();
    bytes += overClusters == null ? 0 : overClusters.scratchBytes();
    bytes += overImpacts == null ? 0 : overImpacts.scratchBytes();
    return bytes + (scorer == null ? 0 : scorer.scratchBytes());
  }

  @Override
  public void search(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      SearchRoute route,
      long budgetNanos,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    switch (route) {
      case SearchMode.Exact() ->
          exact().evaluate(query, accepted, documentBase, top, cancellation, counters);
      case SearchRoute.Direct() ->
          direct().evaluate(query, accepted, documentBase, top, cancellation, counters);
      case SearchMode.Clustered clusteredMode -> {
        ClusteredEvaluator evaluator = clustered();
        evaluator.use(clusteredMode);
        if (searchByBounds(evaluator, query, accepted, documentBase, top, cancellation, counters)) {
          return;
        }
        evaluator.evaluate(query, accepted, documentBase, top, cancellation, counters);
        DocumentSet remaining = evaluator.remaining();
        if (remaining != null) {
          exact().evaluate(query, remaining, documentBase, top, cancellation, counters);
        }
      }
      case SearchMode.ScoreAtATime scoreAtATimeMode -> {
        ImpactOrderedEvaluator evaluator = scoreAtATime();
        evaluator.use(scoreAtATimeMode, budgetNanos);
        if (budgetNanos > 0) {
          // The exact evaluator could not keep it.
          evaluator.evaluate(query, accepted, documentBase, top, cancellation, counters);
        } else if (!searchByBounds(
                evaluator, query, accepted, documentBase, top, cancellation, counters)
            && !evaluator.evaluateByEstimate(
                query, accepted, documentBase, top, cancellation, counters)) {
          exact().evaluate(query, accepted, documentBase, top, cancellation, counters);
        }
      }
    }
  }

  /**
   * Searches the segment exactly, or shows that it has nothing to offer, where the threshold that
   * earlier segments have left makes that the quickest way (ADR 0031). The bounds of superblocks
   * tell: they take a few microseconds, and exact evaluation begins with them anyway.
   *
   * <p>An approximate evaluator cannot use that threshold as well. What it compares with its floors
   * are no bounds, so with higher floors it would lose documents that the segment alone gives.
   *
   * @param evaluator the one that is used otherwise
   * @return false if the evaluator must be used; nothing was offered then
   */
  private boolean searchByBounds(
      ApproximateEvaluator evaluator,
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    if (top.threshold() == 0 || !(exact() instanceof BlockMaxEvaluator bounded)) {
      return false;
    }
    double otherNanos = evaluator.expectedNanos(query, accepted, top.k());
    int terms = query.termCount();
    if (!ExpectedCosts.mayExactBeQuicker(bounded.superblockCount(), terms, otherNanos)) {
      return false;
    }
    bounded.bound(query, accepted, cancellation, counters);
    int reaching = bounded.reachingCount(top.threshold());
    if (reaching > 0 && ExpectedCosts.exactNanos(reaching, terms) > otherNanos) {
      return false;
    }
    bounded.evaluateBounded(query, documentBase, top, cancellation, counters);
    return true;
  }

  @Override
  public void refine(
      SegmentQuery query,
      DocumentPositions positions,
      int number,
      TopK candidates,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    RefinedScorer scorer = refinedScorer();
    if (scorer == null) {
      SegmentSearcher.super.refine(
          query, positions, number, candidates, top, cancellation, counters);
    } else {
      scorer.refine(query, positions, number, candidates, top, cancellation, counters);
    }
  }

  private @Nullable RefinedScorer refinedScorer() {
    ForwardIndex forward = segment.forward();
    ResidualIndex residuals = segment.residuals();
    if (refined == null && forward != null && residuals != null) {
      refined = new RefinedScorer(forward, residuals, kernels.newForwardKernel());
    }
    return refined;
  }

  private QueryEvaluator exact() {
    QueryEvaluator evaluator = exact;
    if (evaluator == null) {
      evaluator = newExact();
      exact = evaluator;
    }
    return evaluator;
  }

  private QueryEvaluator newExact() {
    BlockMaxIndex blockMax = segment.blockMax();
    if (blockMax != null) {
      return new BlockMaxEvaluator(blockMax, kernels.blockMaxKernels());
    }
    if (segment.forward() == null) {
      throw new IllegalStateException("segment " + segment.id() + " carries nothing to search");
    }
    // Document by document: slower, but exact all the same.
    return direct();
  }

  private QueryEvaluator direct() {
    ForwardEvaluator evaluator = direct;
    if (evaluator == null) {
      ForwardIndex forward = segment.forward();
      if (forward == null) {
        return exact();
      }
      evaluator = new ForwardEvaluator(forward, kernels.newForwardKernel());
      direct = evaluator;
    }
    return evaluator;
  }

  private ClusteredEvaluator clustered() {
    ClusteredEvaluator evaluator = clustered;
    if (evaluator == null) {
      if (segment.clusters() == null || segment.forward() == null) {
        throw new InvalidInputException(
            "mode",
            "clustered",
            "another one, since the collection was built without clustered posting lists");
      }
      evaluator = new ClusteredEvaluator(segment, kernels);
      clustered = evaluator;
    }
    return evaluator;
  }

  private ImpactOrderedEvaluator scoreAtATime() {
    ImpactOrderedEvaluator evaluator = scoreAtATime;
    if (evaluator == null) {
      if (segment.impacts() == null || segment.forward() == null) {
        throw new InvalidInputException(
            "mode",
            "score_at_a_time",
            "another one, since the collection was built without impact-ordered posting lists");
      }
      evaluator = new ImpactOrderedEvaluator(segment, kernels);
      scoreAtATime = evaluator;
    }
    return evaluator;
  }
}
