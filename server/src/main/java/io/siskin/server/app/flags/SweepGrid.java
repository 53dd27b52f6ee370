package io.siskin.server.app.flags;

import io.siskin.server.search.SearchMode;
import java.util.ArrayList;
import java.util.List;

/** The settings that {@code siskin bench --sweep} measures. */
public final class SweepGrid {
  private static final int[] QUERY_CUTS = {2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50};
  private static final float[] HEAP_FACTORS = {1f, .95f, .9f, .85f, .8f, .7f, .6f, .5f};
  private static final float[] POSTING_FLOORS = {.5f, .4f, .3f, .25f, .2f, .15f, .1f, .05f};
  private static final float[] CANDIDATE_FLOORS = {.9f, .85f, .8f, .75f, .7f, .65f, .55f};

  private SweepGrid() {}

  /**
   * Returns exact and a grid of each approximate mode.
   *
   * @param approximateModes the modes that the collection carries the lists for, with any
   *     parameters
   */
  public static List<SearchMode> of(List<SearchMode> approximateModes) {
    List<SearchMode> settings = new ArrayList<>();
    settings.add(new SearchMode.Exact());
    for (SearchMode mode : approximateModes) {
      switch (mode) {
        case SearchMode.Exact() -> {}
        case SearchMode.Clustered(int _, float _, boolean firstSorted) -> {
          for (int cut : QUERY_CUTS) {
            for (float factor : HEAP_FACTORS) {
              settings.add(new SearchMode.Clustered(cut, factor, firstSorted));
            }
          }
        }
        case SearchMode.ScoreAtATime(float _, float _, int candidatesMax, long budgetMicros) -> {
          for (float postingFloor : POSTING_FLOORS) {
            for (float candidateFloor : CANDIDATE_FLOORS) {
              settings.add(
                  new SearchMode.ScoreAtATime(
                      postingFloor, candidateFloor, candidatesMax, budgetMicros));
            }
          }
        }
      }
    }
    return settings;
  }
}
