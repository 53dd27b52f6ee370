package io.siskin.server.plan;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.server.plan.Calibration.Band;
import io.siskin.server.plan.Calibration.QuerySource;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.Searcher;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the operating points of a segment: what each mode and setting finds of the exact list over
 * the stored impacts, and what it costs.
 *
 * <p>Recall and work are counted, over many queries and with all cores. Work becomes time by {@link
 * UnitCosts}. The clock is used for one thing only: by how much each mode differs from these, see
 * {@link ModeSpeeds}. Where queries are so cheap that no choice matters much, it is not used at
 * all.
 *
 * <p>Used once, by one thread, while the segment is retained.
 */
public final class Calibrator {
  /** How many queries are made of a segment's documents, at most. */
  public static final int SAMPLE_COUNT = 1000;

  /**
   * About how much work a calibration with made queries may take, in milliseconds of one core of
   * the machine that the unit costs come from. At least 100 queries are used, whatever they cost.
   */
  public static final long BUDGET_MILLIS = 3_000;

  // Of a small segment, so many queries are made: its calibration takes longer than its searches
  // will ever save.
  private static final int CHEAP_SAMPLE_COUNT = 300;

  // The unit costs were fitted with kernels of this width. With others, modes differ more.
  private static final int FITTED_VECTOR_BITS = 512;

  private final Segment segment;
  private final KernelProvider kernels;
  private final double budgetNanos;
  private final SearchTimer timer;

  /**
   * Prepares a measurement.
   *
   * @param segment the segment
   * @param kernels the kernels to use
   * @param budgetMillis about how much work it may take, see {@link #BUDGET_MILLIS}
   */
  public Calibrator(Segment segment, KernelProvider kernels, long budgetMillis) {
    this(segment, kernels, budgetMillis, clock(segment, kernels));
  }

  /**
   * Prepares a measurement with other times than those of the clock.
   *
   * @param segment the segment
   * @param kernels the kernels to use
   * @param budgetMillis about how much work it may take, see {@link #BUDGET_MILLIS}
   * @param timer takes the times
   */
  public Calibrator(Segment segment, KernelProvider kernels, long budgetMillis, SearchTimer timer) {
    this.segment = segment;
    this.kernels = kernels;
    this.budgetNanos = budgetMillis * 1e6;
    this.timer = timer;
  }

  private static SearchTimer clock(Segment segment, KernelProvider kernels) {
    Searcher searcher = new Searcher(SearchScope.mapped(List.of(segment), kernels));
    return (QuantizedQuery query, SearchMode mode, int k) -> {
      long start = System.nanoTime();
      searcher.search(query, mode, k, Cancellation.NEVER);
      return Math.max(1, System.nanoTime() - start);
    };
  }

  /**
   * Measures.
   *
   * @param queries what to search for, in an order in which the first ones may stand for all
   * @param source where they came from
   * @param done told how many of the queries are done; called by several threads, one at a time
   * @return null when there is no query
   */
  public @Nullable Calibration run(
      List<SampleQuery> queries, QuerySource source, IntConsumer done) {
    if (queries.isEmpty()) {
      return null;
    }
    Census census = new Census(segment, kernels, new UnitCosts(segment), queries);
    census.run(
        Runtime.getRuntime().availableProcessors(),
        budgetNanos,
        source == QuerySource.SAMPLED ? CHEAP_SAMPLE_COUNT : queries.size(),
        done);
    ModeSpeeds speeds =
        census.isCheap()
            ? ModeSpeeds.unmeasured(census)
            : ModeSpeeds.measure(
                census,
                timer,
                kernels.vectorBits() == FITTED_VECTOR_BITS
                    ? ModeSpeeds.Belief.HALF
                    : ModeSpeeds.Belief.FULL);
    return calibration(segment.id().toString(), source, census, speeds);
  }

  /**
   * Returns the operating points that counted work and speeds lead to.
   *
   * @param segmentId the segment, 32 hexadecimal digits
   * @param source where the queries came from
   * @param census what was counted
   * @param speeds what the machine adds to it
   */
  static Calibration calibration(
      String segmentId, QuerySource source, Census census, ModeSpeeds speeds) {
    List<Band> bands = new ArrayList<>();
    for (int band = 0; band < census.bands().size(); band++) {
      bands.add(band(census, band, speeds));
    }
    return new Calibration(segmentId, source, census.used(), bands);
  }

  private static Band band(Census census, int number, ModeSpeeds speeds) {
    CensusBand band = census.bands().get(number);
    List<OperatingPoint> points = new ArrayList<>();
    List<List<PointSamples>> modes = band.byMode();
    for (int mode = 0; mode < modes.size(); mode++) {
      double factor = speeds.factor(number, mode);
      points.addAll(
          Frontier.of(
              modes.get(mode).stream()
                  .map(samples -> samples.point(band.used(census.used()), factor))
                  .toList()));
    }
    return new Band(band.k(), points);
  }
}
