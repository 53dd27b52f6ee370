package io.siskin.server.plan;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.format.v1.ImpactOrderedLayout;
import io.siskin.server.search.GrowingSegment;
import io.siskin.server.search.MappedSegment;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchRoute;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.SearchableSegment;
import org.jspecify.annotations.Nullable;

/**
 * Chooses how one segment is searched when only some of its documents are accepted. There are three
 * ways, and the one that is expected to be the quickest is taken:
 *
 * <ul>
 *   <li>to score the accepted documents one by one, at a cost for each;
 *   <li>the exact mode, which skips blocks without an accepted document. With a share s of accepted
 *       documents the k-th of them is about the k ÷ s-th of all, so it costs as much as a search
 *       for k ÷ s documents, or less;
 *   <li>an approximate mode, with the more careful of the parameters that reach the target for k
 *       and for k ÷ s documents. Those for more documents read more postings; those for fewer score
 *       more candidates.
 * </ul>
 *
 * <p>All costs are counted work, see {@link UnitCosts}. Immutable; safe to share.
 */
final class FilteredRoute {
  /**
   * So many documents are scored one by one in any case: within about 30 microseconds, and exactly.
   */
  static final int DIRECT_ALWAYS = 256;

  /**
   * In a segment that was not calibrated, up to this share of the documents is scored one by one:
   * about where the ways cross in segments that were.
   */
  static final double UNCALIBRATED_DIRECT_SHARE = 0.02;

  private static final SearchRoute DIRECT = new SearchRoute.Direct();
  private static final SearchMode EXACT = new SearchMode.Exact();

  private final SegmentPlanner planner;
  private final @Nullable UnitCosts costs;

  /**
   * Prepares the choices.
   *
   * @param segment the segment
   * @param planner chooses where all documents are accepted
   */
  FilteredRoute(SearchableSegment segment, SegmentPlanner planner) {
    this.planner = planner;
    this.costs =
        switch (segment) {
          case MappedSegment mapped ->
              mapped.segment().forward() == null ? null : new UnitCosts(mapped.segment());
          // Its postings are all added up anyway.
          case GrowingSegment _ -> null;
        };
  }

  /**
   * Returns the quickest way that reaches a target among the accepted documents.
   *
   * @param target the share of the exact list that is wanted, above 0 to 1
   * @param k how many documents are wanted
   * @param accepted the accepted documents
   */
  SearchRoute choose(float target, int k, DocumentSet accepted) {
    if (isFew(k, accepted)) {
      return DIRECT;
    }
    int rank = SearchScope.rank(k, accepted);
    OperatingPoint point = planner.point(target, rank);
    double micros = point == null ? exactMicros(k, accepted) : point.meanMicros();
    if (isDirectWithin(micros, accepted)) {
      return DIRECT;
    }
    // Lists keep no impact of a later rank, so an approximate mode would read all of them.
    return rank > ImpactOrderedLayout.rank(ImpactOrderedLayout.rankCount() - 1)
        ? EXACT
        : careful(planner.choose(target, rank), planner.choose(target, k));
  }

  /** Returns a mode with the more careful of its own parameters and those of another one. */
  private static SearchMode careful(SearchMode mode, SearchMode other) {
    return switch (mode) {
      case SearchMode.ScoreAtATime one when other instanceof SearchMode.ScoreAtATime two ->
          new SearchMode.ScoreAtATime(
              Math.min(one.postingFloor(), two.postingFloor()),
              Math.min(one.candidateFloor(), two.candidateFloor()),
              one.candidatesMax(),
              one.budgetMicros());
      case SearchMode.Clustered one when other instanceof SearchMode.Clustered two ->
          new SearchMode.Clustered(
              Math.max(one.queryCut(), two.queryCut()),
              Math.min(one.heapFactor(), two.heapFactor()),
              one.firstSorted() && two.firstSorted());
      default -> mode;
    };
  }

  /**
   * Returns the way in which a mode that a request names is searched.
   *
   * @param mode the mode
   * @param k how many documents are wanted
   * @param accepted the accepted documents
   */
  SearchRoute choose(SearchMode mode, int k, DocumentSet accepted) {
    boolean isDirect =
        isFew(k, accepted)
            || (EXACT.equals(mode) && isDirectWithin(exactMicros(k, accepted), accepted));
    return isDirect ? DIRECT : mode;
  }

  private boolean isFew(int k, DocumentSet accepted) {
    return costs != null && accepted.size() <= Math.max(k, DIRECT_ALWAYS);
  }

  /** Returns the time of the exact mode; negative when nothing was measured. */
  private double exactMicros(int k, DocumentSet accepted) {
    return planner.exactMicros((double) k * accepted.documentCount() / accepted.size());
  }

  /** Tells whether the accepted documents can be scored one by one in a time. */
  private boolean isDirectWithin(double micros, DocumentSet accepted) {
    if (costs == null) {
      return false;
    }
    return micros < 0
        ? accepted.size() <= UNCALIBRATED_DIRECT_SHARE * accepted.documentCount()
        : costs.directNanos(accepted.size()) <= 1e3 * micros;
  }
}
