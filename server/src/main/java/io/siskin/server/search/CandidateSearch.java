package io.siskin.server.search;

import io.siskin.index.kernel.ImpactKernel;
import io.siskin.index.segment.ImpactOrderedIndex;

/**
 * The first half of score-at-a-time evaluation: adds up the postings that reach the posting floor
 * and keeps the documents whose partial sums reach the candidate floor.
 *
 * <p>{@link ImpactOrderedEvaluator} scores what is found here; {@link FloorProbe} looks at it. Used
 * by one thread; holds the scratch memory of one query and allocates nothing once warm.
 */
final class CandidateSearch {
  /** Sums that are scanned before the floor is raised by what was found. */
  private static final int SCAN_LENGTH = 4096;

  private final PartialSums sums;
  private final ImpactOrderedPlan plan;
  private final Candidates candidates = new Candidates();
  private final int[] found = new int[SCAN_LENGTH];

  /**
   * Makes a search.
   *
   * @param impacts the segment's impact-ordered posting lists
   * @param kernel the inner loops
   */
  CandidateSearch(ImpactOrderedIndex impacts, ImpactKernel kernel) {
    this.plan = new ImpactOrderedPlan(impacts);
    this.sums = new PartialSums(impacts, plan, kernel);
  }

  /** Returns what was found last. */
  Candidates candidates() {
    return candidates;
  }

  /**
   * Finds the candidates of a query.
   *
   * @param query resolved against the segment
   * @param k the number of hits
   * @param postingFloor see {@link SearchMode.ScoreAtATime}
   * @param candidateFloor see {@link SearchMode.ScoreAtATime}
   * @param budget the time that is left; it learns what a posting costs
   * @param cancellation the request's deadline and cancellation
   * @param counters receives lists, postings and sums
   * @return whether all postings that reach the floor were added
   */
  boolean run(
      SegmentQuery query,
      int k,
      float postingFloor,
      float candidateFloor,
      WorkBudget budget,
      Cancellation cancellation,
      SearchCounters counters) {
    plan.make(query, k, postingFloor, budget.postings());
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
          candidates.add(base, found, count);
        }
      }
    }
    budget.postingsAdded(sums.postingCount());
    return window == sums.windowCount();
  }
}
