package io.siskin.server.plan;

import io.siskin.index.segment.Segment;
import io.siskin.server.search.MappedSegment;
import io.siskin.server.search.SearchMode;
import java.util.ArrayList;
import java.util.List;

/** The parameters that a segment is calibrated with. */
final class PointGrid {
  private static final List<Float> POSTING_FLOORS =
      List.of(
          .5f, .45f, .4f, .37f, .35f, .32f, .3f, .28f, .26f, .25f, .24f, .22f, .21f, .2f, .18f,
          .17f, .15f, .13f, .12f, .1f, .07f, .05f);
  private static final List<Float> FEW_POSTING_FLOORS =
      List.of(.4f, .3f, .25f, .2f, .15f, .1f, .05f);
  private static final int FEW_ABOVE_K = 100;

  /**
   * Candidate floors, descending. They cost next to nothing, since one run shows all of them (see
   * {@link io.siskin.server.search.FloorProbe}).
   */
  static final List<Float> CANDIDATE_FLOORS =
      List.of(
          .95f, .93f, .92f, .91f, .9f, .89f, .88f, .87f, .86f, .85f, .84f, .83f, .82f, .81f, .8f,
          .79f, .78f, .77f, .76f, .75f, .73f, .7f, .68f, .65f, .6f, .55f, .5f);

  /** The smallest candidate floor. */
  static final float CANDIDATE_FLOOR_MIN = CANDIDATE_FLOORS.getLast();

  // Query cut and heap factor. Few of them, since each takes a search of its own.
  private static final int[] CLUSTERED_CUTS = {3, 5, 8, 10, 15, 20};
  private static final float[] CLUSTERED_FACTORS = {.9f, .8f, .7f, .65f, .6f, .6f};

  private PointGrid() {}

  /**
   * Returns the posting floors, descending. Each takes one run over the postings of a query, which
   * is expensive where many documents are wanted: there are fewer of them then.
   *
   * @param k how many documents are wanted
   */
  static List<Float> postingFloors(int k) {
    return k > FEW_ABOVE_K ? FEW_POSTING_FLOORS : POSTING_FLOORS;
  }

  /**
   * Returns the settings of score-at-a-time: all candidate floors of the first posting floor, then
   * those of the next one.
   *
   * @param k how many documents are wanted
   */
  static List<SearchMode.ScoreAtATime> scoreAtATime(int k) {
    List<SearchMode.ScoreAtATime> modes = new ArrayList<>();
    for (float postingFloor : postingFloors(k)) {
      for (float candidateFloor : CANDIDATE_FLOORS) {
        modes.add(new SearchMode.ScoreAtATime(postingFloor, candidateFloor, 0, 0));
      }
    }
    return modes;
  }

  /** Returns the settings of the clustered mode; none for a segment without its lists. */
  static List<SearchMode.Clustered> clustered(Segment segment) {
    List<SearchMode.Clustered> modes = new ArrayList<>();
    if (MappedSegment.supports(segment, SearchMode.Clustered.DEFAULTS)) {
      for (int i = 0; i < CLUSTERED_CUTS.length; i++) {
        modes.add(new SearchMode.Clustered(CLUSTERED_CUTS[i], CLUSTERED_FACTORS[i], true));
      }
    }
    return modes;
  }
}
