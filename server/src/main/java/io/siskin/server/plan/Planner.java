package io.siskin.server.plan;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.MappedSegment;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchRoute;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.SearchableSegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns a recall target into a mode for each segment: the quickest one whose recall reached the
 * target when the segment was calibrated, with a margin of a standard error; the exact one where
 * none did or where it is about as quick. A k between the measured ones takes what was measured for
 * the next larger; a larger one is exact, as is a target of 1.
 *
 * <p>A segment that was not calibrated is searched with the defaults of the best mode that it
 * carries the lists for, up to a target of {@link #DEFAULT_TARGET}, and exactly beyond. One with
 * fewer than {@link #DOCUMENTS_MIN} documents is searched exactly.
 *
 * <p>Immutable; safe for concurrent use.
 */
public final class Planner {
  /** The target of a collection that is searched approximately by default. */
  public static final float DEFAULT_TARGET = 0.98f;

  /** Segments with fewer documents are neither calibrated nor searched approximately. */
  public static final int DOCUMENTS_MIN = 1_000;

  private static final float[] TARGETS_TOLD = {.9f, .95f, .97f, DEFAULT_TARGET, .99f};

  private final SegmentPlanner[] planners;
  private final FilteredRoute[] filtered;
  private final List<@Nullable Calibration> calibrations;
  private final List<SearchMode> approximateModes;
  private int largest;

  /**
   * Makes a planner.
   *
   * @param segments the segments of a collection
   * @param calibrations by segment: what was measured on it; null for nothing
   */
  public Planner(
      List<? extends SearchableSegment> segments, List<@Nullable Calibration> calibrations) {
    this.planners = new SegmentPlanner[segments.size()];
    this.filtered = new FilteredRoute[segments.size()];
    List<SearchMode> modes = new ArrayList<>();
    if (segments.stream().allMatch(each -> each.supports(SearchMode.ScoreAtATime.DEFAULTS))) {
      modes.add(SearchMode.ScoreAtATime.DEFAULTS);
    }
    if (segments.stream().allMatch(each -> each.supports(SearchMode.Clustered.DEFAULTS))) {
      modes.add(SearchMode.Clustered.DEFAULTS);
    }
    this.approximateModes = List.copyOf(modes);
    this.calibrations = Collections.unmodifiableList(new ArrayList<>(calibrations));
    for (int i = 0; i < planners.length; i++) {
      planners[i] = new SegmentPlanner(segments.get(i), calibrations.get(i));
      filtered[i] = new FilteredRoute(segments.get(i), planners[i]);
      if (documents(segments, i) > documents(segments, largest)) {
        largest = i;
      }
    }
  }

  /**
   * Returns the modes that reach a target.
   *
   * @param target which share of the true best k is wanted, above 0 to 1
   * @param k how many documents are wanted, 1 or more
   * @return by segment
   */
  public List<SearchMode> plan(float target, int k) {
    if (planners.length == 1) {
      return List.of(planners[0].choose(target, k));
    }
    List<SearchMode> modes = new ArrayList<>(planners.length);
    for (SegmentPlanner planner : planners) {
      modes.add(planner.choose(target, k));
    }
    return modes;
  }

  /**
   * Returns modes that keep a budget and reach a target if it allows that. A segment without
   * impact-ordered lists cannot be interrupted: it is searched in the quickest way that it has.
   *
   * @param target which share of the true best k is wanted, above 0 to 1
   * @param k how many documents are wanted, 1 or more
   * @param budgetMicros about how long a search may take, 10 to 1,000,000 microseconds; the
   *     segments share it by their documents
   * @return by segment
   */
  public List<SearchMode> plan(float target, int k, long budgetMicros) {
    List<SearchMode> modes = new ArrayList<>(planners.length);
    for (SegmentPlanner planner : planners) {
      modes.add(planner.choose(target, k, budgetMicros));
    }
    return modes;
  }

  /**
   * Returns how each segment of a scope is searched so that a target is reached among the documents
   * that may be found there: see {@link FilteredRoute}. Where all documents may be found, the
   * routes are those of {@link #plan(float, int)}.
   *
   * @param scope what is searched: the segments of this planner
   * @param target which share of the true best k is wanted, above 0 to 1
   * @param k how many documents are wanted, 1 or more
   * @param budgetMicros about how long a search may take, see {@link #plan(float, int, long)}; 0
   *     for no limit
   * @return by segment
   */
  public List<SearchRoute> plan(SearchScope scope, float target, int k, long budgetMicros) {
    List<SearchRoute> routes = new ArrayList<>(planners.length);
    for (int i = 0; i < planners.length; i++) {
      DocumentSet accepted = scope.accepted(i);
      if (budgetMicros > 0) {
        SearchMode mode = planners[i].choose(target, k, budgetMicros);
        routes.add(accepted == null ? mode : filtered[i].choose(mode, k, accepted));
      } else {
        routes.add(
            accepted == null
                ? planners[i].choose(target, k)
                : filtered[i].choose(target, k, accepted));
      }
    }
    return routes;
  }

  /**
   * Chooses for each segment how it is searched.
   *
   * @param scope the segments, and the documents that may be found
   * @param evaluation how the request wants to be evaluated
   * @param defaultTarget the recall target of a request that names neither mode nor target
   * @param k how many documents are wanted, 1 or more
   * @return how to evaluate, by segment
   */
  public List<SearchRoute> plan(
      SearchScope scope, Evaluation evaluation, float defaultTarget, int k) {
    return switch (evaluation) {
      case Evaluation.InMode(SearchMode mode) -> plan(scope, whereverPossible(mode), k);
      case Evaluation.CollectionDefault(long budgetMicros) ->
          plan(scope, defaultTarget, k, budgetMicros);
      case Evaluation.RecallTarget(float target, long budgetMicros) ->
          plan(scope, target, k, budgetMicros);
    };
  }

  /**
   * Returns how each segment of a scope is searched in a mode that a request names. A mode is kept,
   * unless few documents may be found: these are scored one by one, which is exact.
   *
   * @param scope what is searched: the segments of this planner
   * @param modes the modes, by segment
   * @param k how many documents are wanted, 1 or more
   * @return by segment
   */
  public List<SearchRoute> plan(SearchScope scope, List<SearchMode> modes, int k) {
    List<SearchRoute> routes = new ArrayList<>(planners.length);
    for (int i = 0; i < planners.length; i++) {
      DocumentSet accepted = scope.accepted(i);
      routes.add(accepted == null ? modes.get(i) : filtered[i].choose(modes.get(i), k, accepted));
    }
    return routes;
  }

  /**
   * Returns one mode for every segment.
   *
   * @param mode the mode
   * @return by segment
   */
  public List<SearchMode> everywhere(SearchMode mode) {
    return Collections.nCopies(planners.length, mode);
  }

  /**
   * Returns one mode for every segment that carries the lists for it, and the exact one for the
   * others: a small segment may have been built without. Where no segment carries them, the mode is
   * returned for all of them, and searching reports what is missing.
   *
   * @param mode the mode
   * @return by segment
   */
  public List<SearchMode> whereverPossible(SearchMode mode) {
    boolean everywhere = true;
    boolean somewhere = false;
    for (SegmentPlanner planner : planners) {
      boolean possible = planner.allows(mode);
      everywhere &= possible;
      somewhere |= possible;
    }
    if (everywhere || !somewhere) {
      return everywhere(mode);
    }
    List<SearchMode> modes = new ArrayList<>(planners.length);
    for (SegmentPlanner planner : planners) {
      modes.add(planner.allows(mode) ? mode : new SearchMode.Exact());
    }
    return modes;
  }

  /**
   * Returns the one mode that stands for a plan: that of the segment with the most documents. To
   * score documents one by one counts as exact.
   *
   * @param routes by segment
   */
  public SearchMode representative(List<? extends SearchRoute> routes) {
    return !routes.isEmpty() && routes.get(largest) instanceof SearchMode mode
        ? mode
        : new SearchMode.Exact();
  }

  /** Returns the approximate modes that every segment can be searched in, with their defaults. */
  public List<SearchMode> approximateModes() {
    return approximateModes;
  }

  /** Returns what was measured, by segment; null where nothing was. */
  public List<@Nullable Calibration> calibrations() {
    return calibrations;
  }

  /**
   * What a target leads to in the segment with the most documents.
   *
   * @param k how many documents are wanted
   * @param target the target
   * @param mode the mode that is used then
   * @param recall the recall that was measured, 0 to 1
   * @param medianMicros the median time that is expected, microseconds
   * @param meanMicros the mean time that is expected, microseconds, by which the mode was chosen
   */
  public record Expectation(
      int k,
      float target,
      SearchMode mode,
      double recall,
      double medianMicros,
      double meanMicros) {}

  /** Returns what some usual targets lead to; none when the largest segment is not calibrated. */
  public List<Expectation> expectations() {
    Calibration calibration = planners.length == 0 ? null : calibrations.get(largest);
    return calibration == null ? List.of() : expectations(planners[largest], calibration);
  }

  /**
   * Returns what some usual targets lead to in one segment.
   *
   * @param segment the segment
   * @param calibration what was measured on it
   */
  public static List<Expectation> expectations(Segment segment, Calibration calibration) {
    MappedSegment mapped = new MappedSegment(segment, KernelProvider.current());
    return expectations(new SegmentPlanner(mapped, calibration), calibration);
  }

  private static List<Expectation> expectations(SegmentPlanner planner, Calibration calibration) {
    List<Expectation> told = new ArrayList<>();
    for (Calibration.Band band : calibration.bands()) {
      for (float target : TARGETS_TOLD) {
        OperatingPoint point = planner.point(target, band.k());
        if (point != null) {
          told.add(
              new Expectation(
                  band.k(),
                  target,
                  point.mode(),
                  point.recall(),
                  point.medianMicros(),
                  point.meanMicros()));
        }
      }
    }
    return told;
  }

  private static int documents(List<? extends SearchableSegment> segments, int index) {
    return segments.get(index).documentCount();
  }
}
