package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.ImpactOrderedIndex;
import io.siskin.index.segment.Segment;
import org.jspecify.annotations.Nullable;

/**
 * Approximate evaluation over impact-ordered posting lists, score at a time: after JASS (Lin,
 * Trotman: Anytime Ranking for Impact-Ordered Indexes, ICTIR 2015) in that the postings that add
 * most come first and the rest is left out, and after SINDI in that documents are taken window by
 * window so that sums stay in the cache and the survivors are scored again.
 *
 * <ol>
 *   <li>From the k-th impacts that lists keep follows a lower bound of the k-th best score, the
 *       <em>estimate</em>. Postings that add less than {@code postingFloor × estimate} are left
 *       out.
 *   <li>The others are added to 8-bit <em>partial sums</em>, one a document. Documents whose
 *       partial sum reaches {@code candidateFloor} × the k-th best partial sum are candidates.
 *   <li>Candidates are scored exactly, over the whole query, through the forward index.
 * </ol>
 *
 * <p>Where only a share s of the documents is accepted, the estimate is that of rank k ÷ s, and
 * documents that are not accepted are dropped before they can become candidates. Accepted documents
 * may have other terms than the rest, so the estimate is checked: k accepted documents must surpass
 * it clearly. If they do not, the query is run again without an estimate.
 *
 * <p>ADR 0009 and ADR 0028 have the figures. Used by one thread; holds the scratch memory of one
 * query and allocates nothing once warm. The segment must stay retained while the evaluator is
 * used.
 */
public final class ImpactOrderedEvaluator implements ApproximateEvaluator {
  /** Candidates that are scored together: enough loads in flight to hide the memory's latency. */
  private static final int BATCH_LENGTH = 64;

  private final CandidateSearch search;
  private final Candidates candidates;
  private final WorkBudget budget = new WorkBudget();
  private final ForwardScorer scorer;
  private final int[] batch = new int[BATCH_LENGTH];
  private final long[] batchOffsets = new long[BATCH_LENGTH];
  private long budgetNanos;
  private SearchMode.ScoreAtATime mode = SearchMode.ScoreAtATime.DEFAULTS;

  /**
   * Makes an evaluator.
   *
   * @param segment a segment that carries impact-ordered posting lists and a forward index
   * @param kernels the kernels to use
   */
  public ImpactOrderedEvaluator(Segment segment, KernelProvider kernels) {
    ImpactOrderedIndex impacts = segment.impacts();
    ForwardIndex forward = segment.forward();
    if (impacts == null || forward == null) {
      throw new InvalidInputException(
          "segment " + segment.id(),
          "without impact-ordered posting lists",
          "a segment that carries them and a forward index");
    }
    this.search = new CandidateSearch(impacts, kernels.impactKernel());
    this.candidates = search.candidates();
    this.scorer = new ForwardScorer(forward, kernels.newForwardKernel());
  }

  /** Returns about how many bytes of heap its scratch memory takes. */
  long scratchBytes() {
    return search.scratchBytes() + scorer.scratchBytes();
  }

  /**
   * Sets how the next queries are evaluated; {@link SearchMode.ScoreAtATime#DEFAULTS}, without a
   * limit of time, at first.
   *
   * @param newMode floors and limits; its budget is that of a whole collection and not read here
   * @param newBudgetNanos the time that a query may take, in nanoseconds; 0 for no limit
   */
  public void use(SearchMode.ScoreAtATime newMode, long newBudgetNanos) {
    mode = newMode;
    budgetNanos = newBudgetNanos;
  }

  @Override
  public void evaluate(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    if (!evaluateByEstimate(query, accepted, documentBase, top, cancellation, counters)) {
      run(query, accepted, CandidateSearch.NO_RANK, documentBase, top, cancellation, counters);
    }
  }

  /**
   * Returns what an evaluation without a limit of time is expected to take: what the postings and
   * sums take, which are known, and a few more documents to score than are wanted.
   */
  @Override
  public double expectedNanos(SegmentQuery query, @Nullable DocumentSet accepted, int k) {
    int rank = accepted == null ? k : SearchScope.rank(k, accepted);
    return search.expectedNanos(query, rank, mode.postingFloor(), k);
  }

  /**
   * Evaluates a query if the estimate that its floors follow from holds for the accepted documents.
   *
   * @return false if it does not; nothing was offered then
   */
  boolean evaluateByEstimate(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    budget.begin(budgetNanos);
    int rank = accepted == null ? top.k() : SearchScope.rank(top.k(), accepted);
    return run(query, accepted, rank, documentBase, top, cancellation, counters);
  }

  private boolean run(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      int rank,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    boolean stopped =
        !search.run(
            query,
            accepted,
            top.k(),
            rank,
            mode.postingFloor(),
            mode.candidateFloor(),
            budget,
            cancellation,
            counters);
    if (!stopped && !search.estimateHolds(top.k())) {
      return false;
    }
    stopped |= !score(query, documentBase, top, cancellation, counters);
    counters.budgetExhausted += stopped ? 1 : 0;
    return true;
  }

  /** Scores the candidates exactly, the best partial sums first; returns whether it was all. */
  private boolean score(
      SegmentQuery query,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    int count =
        candidates.order(mode.candidatesMax() == 0 ? 0 : Math.max(top.k(), mode.candidatesMax()));
    scorer.begin(query);
    try {
      int from = 0;
      while (from < count) {
        cancellation.check();
        int length = Math.min(BATCH_LENGTH, count - from);
        // The first k are scored in any case; of the others, those that the time is enough for.
        length = Math.max(Math.min(length, top.k() - from), budget.candidates(length));
        if (length == 0) {
          break;
        }
        candidates.copy(from, length, batch);
        scorer.offerBatch(batch, length, batchOffsets, documentBase, top);
        budget.candidatesScored(length);
        from += length;
      }
      counters.documentsScored += from;
      counters.recordsScored += from;
      long postings = scorer.takePostingCount();
      counters.postingsScored += postings;
      counters.recordPostings += postings;
      return from == count;
    } finally {
      scorer.end();
    }
  }
}
