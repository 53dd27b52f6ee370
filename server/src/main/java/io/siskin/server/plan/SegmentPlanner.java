package io.siskin.server.plan;

import io.siskin.server.plan.Calibration.Band;
import io.siskin.server.plan.Calibration.QuerySource;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchableSegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses the mode for one segment. Immutable; safe to share; allocates nothing when asked. */
final class SegmentPlanner {
  /** The highest target at which a segment without calibration is searched approximately. */
  static final float UNCALIBRATED_TARGET_MAX = Planner.DEFAULT_TARGET;

  // A target counts as reached when it is, by this many standard errors: another sample of queries
  // would then miss it in one case of six, and by little.
  private static final double ERRORS = 1;

  // Queries made of documents are not those that users ask, whose loss may be a third larger: of
  // the loss that a target allows, so much may be used where only made queries were measured.
  private static final double SAMPLED_LOSS_SHARE = 0.75;

  // The exact mode is taken where it is at most so much slower: it promises more.
  private static final double EXACT_BONUS = 1.05;

  // A target comes in single precision: 0.99 is a little above 0.99.
  private static final double ROUNDING = 1e-6;

  private static final SearchMode EXACT = new SearchMode.Exact();

  private final int[] ks;
  // By band: what the segment can be searched in, quickest first.
  private final OperatingPoint[][] points;
  private final OperatingPoint[] exacts;
  private final SearchMode uncalibrated;
  private final double lossShare;
  private final boolean scoreAtATime;
  private final boolean clustered;

  /**
   * Prepares the choices.
   *
   * @param segment the segment
   * @param calibration what was measured on it; null for nothing
   */
  SegmentPlanner(SearchableSegment segment, @Nullable Calibration calibration) {
    boolean small = segment.documentCount() < Planner.DOCUMENTS_MIN;
    List<Band> bands = calibration == null || small ? List.of() : calibration.bands();
    this.lossShare =
        calibration == null || calibration.source() == QuerySource.GIVEN ? 1 : SAMPLED_LOSS_SHARE;
    this.ks = bands.stream().mapToInt(Band::k).toArray();
    this.points = new OperatingPoint[ks.length][];
    this.exacts = new OperatingPoint[ks.length];
    for (int i = 0; i < ks.length; i++) {
      List<OperatingPoint> usable = new ArrayList<>(bands.get(i).points());
      usable.removeIf(point -> !segment.supports(point.mode()));
      usable.sort(Comparator.comparingDouble(OperatingPoint::meanMicros));
      points[i] = usable.toArray(OperatingPoint[]::new);
      exacts[i] = bands.get(i).exact();
    }
    this.scoreAtATime = segment.supports(SearchMode.ScoreAtATime.DEFAULTS);
    this.clustered = segment.supports(SearchMode.Clustered.DEFAULTS);
    this.uncalibrated =
        small
            ? EXACT
            : scoreAtATime
                ? SearchMode.ScoreAtATime.DEFAULTS
                : clustered ? SearchMode.Clustered.DEFAULTS : EXACT;
  }

  /**
   * Returns the quickest mode that reached a target.
   *
   * @param target the share of the exact list that is wanted, above 0 to 1
   * @param k how many documents are wanted
   */
  SearchMode choose(float target, int k) {
    if (ks.length == 0) {
      return target <= UNCALIBRATED_TARGET_MAX ? uncalibrated : EXACT;
    }
    OperatingPoint point = point(target, k);
    return point == null ? EXACT : point.mode();
  }

  /**
   * Returns the mode of a search with a budget: score-at-a-time, which alone can be interrupted; in
   * a segment without the lists for it the mode clustered, which is the quickest then; else exact.
   * Of the parameters measured, those are taken that reach the target, or come nearest to it.
   *
   * @param target the share of the exact list that is wanted, above 0 to 1
   * @param k how many documents are wanted
   * @param budgetMicros about how long the search may take, 10 to 1,000,000 microseconds
   */
  SearchMode choose(float target, int k, long budgetMicros) {
    if (scoreAtATime) {
      return nearest(SearchMode.ScoreAtATime.DEFAULTS, target, k).withBudgetMicros(budgetMicros);
    }
    return clustered ? nearest(SearchMode.Clustered.DEFAULTS, target, k) : EXACT;
  }

  /** Returns the quickest parameters of a mode that reached a target, or else the nearest. */
  private <T extends SearchMode> T nearest(T defaults, float target, int k) {
    T best = defaults;
    double bestRecall = -1;
    int band = band(k);
    if (band >= 0) {
      for (OperatingPoint point : points[band]) {
        if (defaults.getClass().isInstance(point.mode()) && point.recall() > bestRecall) {
          @SuppressWarnings("unchecked") // A record has no subclasses.
          T mode = (T) point.mode();
          best = mode;
          bestRecall = point.recall();
          if (reaches(point, target)) {
            break;
          }
        }
      }
    }
    return best;
  }

  /** Tells whether the segment carries the lists for a mode. */
  boolean allows(SearchMode mode) {
    return switch (mode) {
      case SearchMode.Exact() -> true;
      case SearchMode.Clustered _ -> clustered;
      case SearchMode.ScoreAtATime _ -> scoreAtATime;
    };
  }

  /**
   * Returns what was measured of the mode that {@link #choose} takes.
   *
   * @param target the share of the exact list that is wanted, above 0 to 1
   * @param k how many documents are wanted
   * @return null when nothing was measured for so large a k
   */
  @Nullable OperatingPoint point(float target, int k) {
    int band = band(k);
    if (band < 0) {
      return null;
    }
    OperatingPoint exact = exacts[band];
    for (OperatingPoint point : points[band]) {
      if (reaches(point, target)) {
        return exact.meanMicros() <= EXACT_BONUS * point.meanMicros() ? exact : point;
      }
    }
    return exact;
  }

  /**
   * Returns the time that the exact mode is expected to take: between the measured k and beyond
   * them it grows as a power of k.
   *
   * @param k how many documents are wanted
   * @return microseconds; negative when nothing was measured
   */
  double exactMicros(double k) {
    if (ks.length == 0) {
      return -1;
    }
    int upper = 0;
    while (upper < ks.length - 1 && ks[upper] < k) {
      upper++;
    }
    double micros = exacts[upper].meanMicros();
    if (upper == 0 || k == ks[upper]) {
      return micros;
    }
    double before = exacts[upper - 1].meanMicros();
    double exponent = Math.log(micros / before) / Math.log((double) ks[upper] / ks[upper - 1]);
    return micros * Math.pow(k / ks[upper], Math.max(0, exponent));
  }

  /** Tells whether a mode's recall reached a target, as far as so few queries can tell. */
  private boolean reaches(OperatingPoint point, float target) {
    return point.mode() instanceof SearchMode.Exact
        || (target < 1
            && point.recall() - ERRORS * point.recallError()
                >= 1 - (1 - target) * lossShare - ROUNDING);
  }

  /** Returns the band of the smallest measured k that is not below this one, −1 for none. */
  private int band(int k) {
    for (int i = 0; i < ks.length; i++) {
      if (k <= ks[i]) {
        return i;
      }
    }
    return -1;
  }
}
