package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.kernel.ImpactKernel;
import io.siskin.index.segment.ImpactOrderedIndex;
import org.jspecify.annotations.Nullable;

/**
 * The first half of score-at-a-time evaluation: adds up the postings that reach the posting floor
 * and keeps the documents whose partial sums reach the candidate floor.
 *
 * <p>{@link ImpactOrderedEvaluator} scores what is found here; {@link FloorProbe} looks at it. Used
 * by one thread; holds the scratch memory of one query and allocates nothing once warm.
 */
final class CandidateSearch {
  /** The rank of no posting: nothing is estimated, and no posting is left out. */
  static final int NO_RANK = Integer.MAX_VALUE;

  /**
   * The largest share of the k-th best partial sum that an estimate may be where not all documents
   * are accepted. Where all are, the estimate is below it for 98 % of queries (ADR 0028).
   */
  static final float ESTIMATE_SHARE_MAX = 0.8f;

  /** Sums that are scanned before the floor is raised by what was found. */
  private static final int SCAN_LENGTH = 4096;

  private final ImpactOrderedIndex impacts;
  private final PartialSums sums;
  private final ImpactOrderedPlan plan;
  private final Candidates candidates = new Candidates();
  private final int[] found = new int[SCAN_LENGTH];

  /** The accepted documents of the current query. */
  private @Nullable DocumentSet accepted;

  /**
   * Makes a search.
   *
   * @param impacts the segment's impact-ordered posting lists
   * @param kernel the inner loops
   */
  CandidateSearch(ImpactOrderedIndex impacts, ImpactKernel kernel) {
    this.impacts = impacts;
    this.plan = new ImpactOrderedPlan(impacts);
    this.sums = new PartialSums(impacts, plan, kernel);
  }

  /** Returns about how many bytes of heap its scratch memory takes. */
  long scratchBytes() {
    return PartialSums.SUMS_BYTES + (long) Integer.BYTES * SCAN_LENGTH + candidates.heapBytes();
  }

  /** Returns what was found last. */
  Candidates candidates() {
    return candidates;
  }

  /**
   * Finds the candidates of a query.
   *
   * @param query resolved against the segment
   * @param newAccepted the documents that may be candidates; null for all
   * @param k the number of hits
   * @param rank the rank whose impact in a list is taken for a lower bound of the k-th best score:
   *     k, or more where not all documents are accepted; {@link #NO_RANK} takes none
   * @param postingFloor see {@link SearchMode.ScoreAtATime}
   * @param candidateFloor see {@link SearchMode.ScoreAtATime}
   * @param budget the time that is left; it learns what a posting costs
   * @param cancellation the request's deadline and cancellation
   * @param counters receives lists, postings and sums
   * @return whether all postings that reach the floor were added
   */
  boolean run(
      SegmentQuery query,
      @Nullable DocumentSet newAccepted,
      int k,
      int rank,
      float postingFloor,
      float candidateFloor,
      WorkBudget budget,
      Cancellation cancellation,
      SearchCounters counters) {
    accepted = newAccepted;
    plan.make(query, rank, postingFloor, budget.postings());
    candidates.reset(k, candidateFloor, plan.estimatedSum());
    if (plan.listCount() == 0) {
      return true;
    }
    boolean isComplete = collect(k, budget, cancellation, counters) && !plan.cut();
    counters.termsLaid += query.termCount();
    counters.listsVisited += plan.listCount();
    counters.candidatesMet += candidates.count();
    sums.count(counters);
    return isComplete;
  }

  /**
   * Returns what finding the candidates and scoring them is expected to take, see {@link
   * ExpectedCosts}. No posting is read.
   *
   * @param query resolved against the segment
   * @param rank see {@link #run}
   * @param postingFloor see {@link SearchMode.ScoreAtATime}
   * @param k the number of hits
   */
  double expectedNanos(SegmentQuery query, int rank, float postingFloor, int k) {
    plan.make(query, rank, postingFloor, 0);
    return ExpectedCosts.scoreAtATimeNanos(
        plan.postings(),
        (long) plan.listCount() * impacts.windowCount(),
        impacts.documentCount(),
        query.termCount(),
        k);
  }

  /** Drops what is not accepted; returns how many are left. */
  private int keepAccepted(DocumentSet only, int base, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int candidate = found[i];
      found[kept] = candidate;
      kept += only.contains(base + (candidate >>> ImpactKernel.SUM_BITS)) ? 1 : 0;
    }
    return kept;
  }

  /**
   * Returns whether the estimate held in the last run: k accepted documents have clearly more than
   * the partial sum that floors were computed from. If not, floors were too high for them, as
   * happens with a filter that goes against the query's terms.
   *
   * @param k the number of hits
   */
  boolean estimateHolds(int k) {
    if (accepted == null || !plan.estimates() || plan.cut()) {
      return true;
    }
    int estimate = Math.max(1, plan.estimatedSum());
    return candidates.countAtLeast(estimate) >= k
        && plan.estimatedSum() <= ESTIMATE_SHARE_MAX * candidates.floor(1);
  }

  /** Takes window by window; returns whether all of them were searched. */
  private boolean collect(
      int k, WorkBudget budget, Cancellation cancellation, SearchCounters counters) {
    sums.reset();
    int window = 0;
    for (; window < sums.windowCount(); window++) {
      cancellation.check();
      if (candidates.count() >= k && budget.isSpent()) {
        break;
      }
      if (sums.addWindow(window)) {
        int base = sums.firstDocument(window);
        int length = sums.windowLength(window);
        counters.sumsScanned += length;
        for (int from = 0; from < length; from += SCAN_LENGTH) {
          int scanned = Math.min(SCAN_LENGTH, length - from);
          int count = sums.collect(from, scanned, candidates.floor(), found);
          if (accepted != null) {
            count = keepAccepted(accepted, base, count);
          }
          candidates.add(base, found, count);
        }
      }
    }
    budget.postingsAdded(sums.postingCount());
    return window == sums.windowCount();
  }
}
