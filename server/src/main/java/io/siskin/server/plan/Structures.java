package io.siskin.server.plan;

import io.siskin.index.segment.Segment;
import io.siskin.server.search.SearchMode;

/** Which modes a segment can be searched in, by the structures that it carries. */
final class Structures {
  private Structures() {}

  /**
   * Tells whether a segment carries what the mode clustered reads.
   *
   * @param segment the segment
   */
  static boolean hasClustered(Segment segment) {
    return segment.clusters() != null && segment.forward() != null;
  }

  /**
   * Tells whether a segment carries what the mode score-at-a-time reads.
   *
   * @param segment the segment
   */
  static boolean hasScoreAtATime(Segment segment) {
    return segment.impacts() != null && segment.forward() != null;
  }

  /**
   * Tells whether a segment can be searched in a mode.
   *
   * @param segment the segment
   * @param mode the mode
   */
  static boolean allow(Segment segment, SearchMode mode) {
    return switch (mode) {
      case SearchMode.Exact() -> true;
      case SearchMode.Clustered _ -> hasClustered(segment);
      case SearchMode.ScoreAtATime _ -> hasScoreAtATime(segment);
    };
  }
}
