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
 * Chooses the evaluator of a mode for one segment, by what the segment carries. Evaluators are made
 * when first needed, since each holds scratch memory.
 *
 * <p>Used by one thread at a time.
 */
final class SegmentSearcher {
  private final Segment segment;
  private final KernelProvider kernels;
  private @Nullable QueryEvaluator exact;
  private @Nullable ClusteredEvaluator clustered;
  private @Nullable ImpactOrderedEvaluator scoreAtATime;
  private @Nullable RefinedScorer refined;

  SegmentSearcher(Segment segment, KernelProvider kernels) {
    this.segment = segment;
    this.kernels = kernels;
  }

  Segment segment() {
    return segment;
  }

  /**
   * Searches the segment. Where an approximate mode cannot vouch for the accepted documents, what
   * it may have missed is searched exactly.
   *
   * @param accepted the documents that may be found; null for all
   * @param budgetNanos the time that score-at-a-time evaluation may take; 0 for no limit
   */
  void search(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      SearchMode mode,
      long budgetNanos,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    switch (mode) {
      case SearchMode.Exact() ->
          exact().evaluate(query, accepted, documentBase, top, cancellation, counters);
      case SearchMode.Clustered clusteredMode -> {
        ClusteredEvaluator evaluator = clustered();
        evaluator.use(clusteredMode);
        evaluator.evaluate(query, accepted, documentBase, top, cancellation, counters);
        DocumentSet remaining = evaluator.remaining();
        if (remaining != null) {
          exact().evaluate(query, remaining, documentBase, top, cancellation, counters);
        }
      }
      case SearchMode.ScoreAtATime scoreAtATimeMode -> {
        ImpactOrderedEvaluator evaluator = scoreAtATime();
        evaluator.use(scoreAtATimeMode, budgetNanos);
        if (!evaluator.evaluateByEstimate(
            query, accepted, documentBase, top, cancellation, counters)) {
          exact().evaluate(query, accepted, documentBase, top, cancellation, counters);
        }
      }
    }
  }

  /** Returns the most that {@link #refine} changes a score of the query, 0 when it changes none. */
  double scoreErrorMax(SegmentQuery query) {
    ResidualIndex residuals = segment.residuals();
    return residuals == null
        ? 0
        : residuals.weightErrorMax() * query.weightSum() * query.scoreScale();
  }

  /**
   * The last step of a search of scores that are estimates: offers this segment's candidates again,
   * by their refined scores if the segment has residuals.
   *
   * @param positions the positions of the snapshot's documents
   * @param number which segment of the snapshot this one is
   */
  void refine(
      SegmentQuery query,
      DocumentPositions positions,
      int number,
      TopK candidates,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    RefinedScorer scorer = refinedScorer();
    if (scorer != null) {
      scorer.refine(query, positions, number, candidates, top, cancellation, counters);
      return;
    }
    for (int i = candidates.candidateCount() - 1; i >= 0; i--) {
      int position = candidates.candidatePosition(i);
      if (position >= positions.base(number) && position < positions.base(number + 1)) {
        top.offer(candidates.candidateScore(i), positions.documentNumber(position));
      }
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
    ForwardIndex forward = segment.forward();
    if (forward == null) {
      throw new IllegalStateException("segment " + segment.id() + " carries nothing to search");
    }
    // Document by document: slower, but exact all the same.
    return new ForwardEvaluator(forward, kernels.newForwardKernel());
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
