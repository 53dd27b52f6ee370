package io.siskin.server.plan;

import io.siskin.index.segment.Segment;
import io.siskin.server.search.SearchMode;
import java.util.ArrayList;
import java.util.List;

/** The modes that a segment is calibrated in: exact, and from quick to thorough what it carries. */
final class Ladder {
  // Posting floor and candidate floor of each rung: both ends of the useful range, and between them
  // steps that about halve what is lost.
  private static final float[][] SCORE_AT_A_TIME = {
    {.45f, .9f},
    {.35f, .85f},
    {.3f, .8f},
    {.27f, .79f},
    {.25f, .78f},
    {.22f, .76f},
    {.2f, .75f},
    {.2f, .7f},
    {.15f, .7f},
    {.1f, .65f},
    {.05f, .55f}
  };

  // Query cut and heap factor: few, since each costs as much as the exact mode.
  private static final int[] CLUSTERED_CUTS = {5, 10, 20};
  private static final float[] CLUSTERED_FACTORS = {.8f, .65f, .6f};

  private Ladder() {}

  /**
   * Returns the modes of a segment.
   *
   * @param segment the segment
   */
  static List<SearchMode> of(Segment segment) {
    List<SearchMode> modes = new ArrayList<>();
    modes.add(new SearchMode.Exact());
    if (Structures.hasScoreAtATime(segment)) {
      for (float[] floors : SCORE_AT_A_TIME) {
        modes.add(new SearchMode.ScoreAtATime(floors[0], floors[1], 0, 0));
      }
    }
    if (Structures.hasClustered(segment)) {
      for (int i = 0; i < CLUSTERED_CUTS.length; i++) {
        modes.add(new SearchMode.Clustered(CLUSTERED_CUTS[i], CLUSTERED_FACTORS[i], true));
      }
    }
    return modes;
  }
}
