package io.siskin.server.search;

import io.siskin.index.format.v1.ImpactOrderedLayout;
import io.siskin.index.kernel.ImpactKernel;
import io.siskin.index.segment.ImpactOrderedIndex;

/**
 * Which lists of a query are added up, from which impact on, and with which weights: what follows
 * from the query, k and the posting floor before any posting is read.
 *
 * <p>Scratch memory of one query; used by one thread.
 */
final class ImpactOrderedPlan {
  /**
   * The most lists that are added up, those of the heaviest terms: 8 bits must hold the sum of all
   * contributions, so that with more of them each would be too coarse. Candidates are scored over
   * the whole query all the same.
   */
  static final int LISTS_MAX = 64;

  /** The largest partial sum. */
  static final int SUM_MAX = 255;

  /** How much the floor of contributions is raised at a time until the postings fit a budget. */
  private static final float FLOOR_STEP = 1.15f;

  /** More than an impact, computed back from a contribution, is off: the k-th itself must fit. */
  static final float ROUNDING = 1f / 1024;

  private final ImpactOrderedIndex index;
  private final int[] terms = new int[LISTS_MAX];
  private final int[] rows = new int[LISTS_MAX];
  private final int[] levels = new int[LISTS_MAX];
  private final int[] weights = new int[LISTS_MAX];

  /**
   * By list: what one unit of impact adds to a sum, in units of integer weight × effective weight.
   */
  private final float[] coefficients = new float[LISTS_MAX];

  private int listCount;
  private int estimatedSum;
  private boolean estimates;
  private boolean cut;

  ImpactOrderedPlan(ImpactOrderedIndex index) {
    this.index = index;
  }

  /**
   * Plans a query.
   *
   * @param query resolved against the index's segment
   * @param rank which best impact of a list is taken for a lower bound of the last hit's score: the
   *     number of hits, or more where not all documents are accepted
   * @param postingFloor see {@link SearchMode.ScoreAtATime}
   * @param postingsMax about how many postings may be added; 0 for no limit
   */
  void make(SegmentQuery query, int rank, float postingFloor, long postingsMax) {
    float estimate = estimate(query, rank);
    estimates = estimate > 0;
    float floor = postingFloor * estimate;
    select(query, floor);
    cut = false;
    if (postingsMax > 0) {
      floor = fit(query, floor, postingsMax);
    }
    // Above the estimate, the k postings that it speaks of may be left out.
    scale(floor <= estimate ? estimate : 0);
  }

  /** Raises a floor until about so many postings are left; returns the new one. */
  private float fit(SegmentQuery query, float floor, long postingsMax) {
    long all = postings();
    float fitting = floor;
    while (postings() > postingsMax) {
      float higher = fitting > 0 ? fitting * FLOOR_STEP : smallestContribution();
      select(query, higher);
      // A damaged scale may make contributions infinite: such a floor does not rise.
      if (listCount == 0 || !(higher > fitting)) {
        // Rather the largest contributions and too many of them than no answer.
        select(query, fitting);
        break;
      }
      fitting = higher;
    }
    cut = postings() < all;
    return fitting;
  }

  /** Returns how many lists are added up. */
  int listCount() {
    return listCount;
  }

  /**
   * Returns the term number of a list.
   *
   * @param list 0 to {@link #listCount} − 1
   */
  int term(int list) {
    return terms[list];
  }

  /**
   * Returns the row of a list, or {@link ImpactOrderedIndex#NO_ROW}.
   *
   * @param list 0 to {@link #listCount} − 1
   */
  int row(int list) {
    return rows[list];
  }

  /**
   * Returns the level that a windowed list's postings must reach.
   *
   * @param list 0 to {@link #listCount} − 1
   */
  int level(int list) {
    return levels[list];
  }

  /**
   * Returns what impacts are multiplied with, see {@link ImpactKernel#add}.
   *
   * @param list 0 to {@link #listCount} − 1
   */
  int weight(int list) {
    return weights[list];
  }

  /** Returns a partial sum that at least k documents reach; 0 when nothing is known. */
  int estimatedSum() {
    return estimatedSum;
  }

  /** Returns whether floors follow from an estimate of the last hit's score. */
  boolean estimates() {
    return estimates;
  }

  /** Returns whether the limit on postings raised the floor. */
  boolean cut() {
    return cut;
  }

  /**
   * Returns a lower bound of the score of a rank, from one list: its posting of that rank. Reads
   * only lists that {@link #select} comes to, so that so many documents do have such a partial sum.
   */
  private float estimate(SegmentQuery query, int rank) {
    float estimate = 0;
    for (int i = 0; i < Math.min(LISTS_MAX, query.termCount()); i++) {
      int term = query.termNumber(i);
      float ranked = index.rankedImpact(term, rank);
      estimate = Math.max(estimate, query.weight(i) * index.scale(term) * ranked);
    }
    return estimate;
  }

  /** Selects the lists with a posting that adds at least a floor. */
  private void select(SegmentQuery query, float floor) {
    listCount = 0;
    for (int i = 0; i < query.termCount() && listCount < LISTS_MAX; i++) {
      int term = query.termNumber(i);
      float coefficient = query.weight(i) * index.scale(term);
      if (coefficient > 0 && coefficient * ImpactOrderedLayout.IMPACT_MAX >= floor) {
        int impact = Math.max(1, (int) Math.ceil(floor / coefficient - ROUNDING));
        terms[listCount] = term;
        rows[listCount] = index.row(term);
        levels[listCount] =
            ImpactOrderedLayout.levelAt(Math.min(impact, ImpactOrderedLayout.IMPACT_MAX));
        coefficients[listCount] = coefficient;
        listCount++;
      }
    }
  }

  /** Returns how many postings are added up. */
  long postings() {
    long postings = 0;
    for (int list = 0; list < listCount; list++) {
      postings +=
          rows[list] == ImpactOrderedIndex.NO_ROW
              ? index.postingCount(terms[list])
              : index.total(rows[list], levels[list]);
    }
    return postings;
  }

  private float smallestContribution() {
    float smallest = Float.MAX_VALUE;
    for (int list = 0; list < listCount; list++) {
      smallest = Math.min(smallest, coefficients[list]);
    }
    return smallest;
  }

  /**
   * Chooses the unit of the sums: all lists' largest contributions together, each rounded up by
   * half a unit at most, give {@link #SUM_MAX}.
   */
  private void scale(float estimate) {
    double largest = 0;
    for (int list = 0; list < listCount; list++) {
      largest += (double) coefficients[list] * ImpactOrderedLayout.IMPACT_MAX;
    }
    double unitsPerContribution = listCount == 0 ? 0 : (SUM_MAX - listCount / 2.0) / largest;
    for (int list = 0; list < listCount; list++) {
      weights[list] =
          (int) (coefficients[list] * unitsPerContribution * (1 << ImpactKernel.WEIGHT_SHIFT));
    }
    // One less: the k documents' contributions are rounded.
    estimatedSum = Math.max(0, (int) (estimate * unitsPerContribution) - 1);
  }
}
