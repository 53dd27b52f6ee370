package io.siskin.server.plan;

import io.siskin.index.segment.Segment;
import io.siskin.server.search.MappedSegment;
import io.siskin.server.search.SearchMode;
import java.util.ArrayList;
import java.util.List;

/** What a {@link Census} counts for one k: samples of the exact mode and of all settings. */
final class CensusBand {
  private final int k;
  private final int stride;
  private final PointSamples exact;
  private final List<PointSamples> scoreAtATime = new ArrayList<>();
  private final List<PointSamples> clustered = new ArrayList<>();

  /**
   * Makes room.
   *
   * @param segment the segment, which says which modes there are
   * @param k how many documents are wanted
   * @param queries how many queries there are at most
   * @param stride each so many of them is used for this k
   */
  CensusBand(Segment segment, int k, int queries, int stride) {
    this.k = k;
    this.stride = stride;
    this.exact = new PointSamples(new SearchMode.Exact(), used(queries));
    if (MappedSegment.supports(segment, SearchMode.ScoreAtATime.DEFAULTS)) {
      PointGrid.scoreAtATime(k)
          .forEach(mode -> scoreAtATime.add(new PointSamples(mode, used(queries))));
    }
    PointGrid.clustered(segment)
        .forEach(mode -> clustered.add(new PointSamples(mode, used(queries))));
  }

  /** Returns how many documents are wanted. */
  int k() {
    return k;
  }

  /**
   * Returns how many of the first queries are used for this k.
   *
   * @param queries how many queries there are
   */
  int used(int queries) {
    return (queries + stride - 1) / stride;
  }

  /**
   * Returns the number of a query among those that are used for this k.
   *
   * @param query its number among all
   * @return −1 when it is not used
   */
  int position(int query) {
    return query % stride == 0 ? query / stride : -1;
  }

  /**
   * Returns the number of a query among all.
   *
   * @param position its number among those that are used for this k
   */
  int query(int position) {
    return position * stride;
  }

  /** Returns the samples of the exact mode. */
  PointSamples exact() {
    return exact;
  }

  /** Returns the samples of score-at-a-time, in the order of {@link PointGrid#scoreAtATime}. */
  List<PointSamples> scoreAtATime() {
    return scoreAtATime;
  }

  /** Returns the samples of the clustered mode. */
  List<PointSamples> clustered() {
    return clustered;
  }

  /** Returns the samples by mode: one list for each mode that the segment can be searched in. */
  List<List<PointSamples>> byMode() {
    List<List<PointSamples>> modes = new ArrayList<>();
    modes.add(List.of(exact));
    if (!scoreAtATime.isEmpty()) {
      modes.add(scoreAtATime);
    }
    if (!clustered.isEmpty()) {
      modes.add(clustered);
    }
    return modes;
  }
}
