package io.siskin.server.plan;

import io.siskin.server.measure.Settling;
import io.siskin.server.search.SearchMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * By how much each mode is slower or quicker on a segment than {@link UnitCosts} say: one factor
 * for each mode and k, from a few queries that are timed in some settings of it.
 *
 * <p>A machine that does other things makes single searches slower, never quicker. So each search
 * is repeated in rounds, between which all other searches run, and the quickest counts. What still
 * stands out among the searches of a mode is cut. Only the ratio between two modes matters, and it
 * is believed as far as {@link Belief} says.
 */
final class ModeSpeeds {
  // Points of an approximate mode with about these recalls are timed.
  private static final double[] RECALLS_TIMED = {.9, .97, .99};

  // So many queries are timed, fewer if a round of them would take longer than this.
  private static final int QUERIES_MAX = 48;
  private static final int QUERIES_MIN = 12;
  private static final double ROUND_NANOS = 150e6;

  private static final int ROUNDS_MIN = 6;
  private static final int ROUNDS_MAX = 400;
  private static final long TIMED_NANOS_MAX = 1_500_000_000L;
  // Rounds count as settled if none of so many was so much quicker.
  private static final double SETTLING_GAIN = 0.03;
  private static final int SETTLING_ROUNDS = 8;
  private static final long SETTLING_NANOS = 500_000_000L;

  // A search that takes so many times as long as the mode's others say is cut to that.
  private static final double OUTLIER = 2;

  /**
   * How far the measured ratio of a mode's factor to the exact mode's is believed. The unit costs
   * say 1. Measured ratios are off too: other programs take the caches, and a compiler that is kept
   * waiting makes one mode several times as slow for a whole process.
   *
   * @param exponent the power to which a measured ratio is raised, 0 (not at all) to 1 (fully)
   * @param ratioMax the most by which a ratio differs from 1 after that, 1 or more
   */
  record Belief(double exponent, double ratioMax) {
    /** Where the unit costs were fitted with the same kernels: the middle between both. */
    static final Belief HALF = new Belief(0.5, 1.6);

    /** With other kernels, the unit costs may be far off. */
    static final Belief FULL = new Belief(1, 4);

    private double believed(double ratio) {
      return Math.clamp(Math.pow(ratio, exponent), 1 / ratioMax, ratioMax);
    }
  }

  /** A setting that is timed, with what its queries are expected to take. */
  private static final class Trial {
    final PointSamples samples;
    final CensusBand band;
    final double[] least;

    Trial(PointSamples samples, CensusBand band, int queries) {
      this.samples = samples;
      this.band = band;
      this.least = new double[queries];
      Arrays.fill(least, Double.MAX_VALUE);
    }
  }

  private final double[][] factors;

  private ModeSpeeds(double[][] factors) {
    this.factors = factors;
  }

  /**
   * Returns the speeds that the unit costs stand for: a factor of 1 for each mode.
   *
   * @param census what was counted
   */
  static ModeSpeeds unmeasured(Census census) {
    double[][] factors = new double[census.bands().size()][];
    for (int band = 0; band < factors.length; band++) {
      factors[band] = new double[census.bands().get(band).byMode().size()];
      Arrays.fill(factors[band], 1);
    }
    return new ModeSpeeds(factors);
  }

  /**
   * Measures.
   *
   * @param census what was counted
   * @param timer takes the times
   * @param belief how far the times are believed
   */
  static ModeSpeeds measure(Census census, SearchTimer timer, Belief belief) {
    List<List<List<Trial>>> trials = trials(census);
    List<Trial> all = trials.stream().flatMap(List::stream).flatMap(List::stream).toList();
    time(all, census, timer);
    double[][] factors = new double[trials.size()][];
    for (int band = 0; band < factors.length; band++) {
      factors[band] = trials.get(band).stream().mapToDouble(ModeSpeeds::factor).toArray();
      for (int mode = 1; mode < factors[band].length; mode++) {
        double exact = factors[band][0];
        factors[band][mode] = exact * belief.believed(factors[band][mode] / exact);
      }
    }
    return new ModeSpeeds(factors);
  }

  /**
   * Returns the factor of a mode.
   *
   * @param band position in {@link Census#bands}
   * @param mode position in {@link CensusBand#byMode}
   */
  double factor(int band, int mode) {
    return factors[band][mode];
  }

  /** Returns what is timed, by band and mode. */
  private static List<List<List<Trial>>> trials(Census census) {
    List<List<List<PointSamples>>> settings = new ArrayList<>();
    double nanos = 0;
    int queries = QUERIES_MAX;
    for (CensusBand band : census.bands()) {
      int used = band.used(census.used());
      queries = Math.min(queries, used);
      List<List<PointSamples>> ofBand = new ArrayList<>();
      for (List<PointSamples> mode : band.byMode()) {
        ofBand.add(timed(mode, used));
        for (PointSamples samples : ofBand.getLast()) {
          nanos += 1e3 * samples.point(used, 1).meanMicros();
        }
      }
      settings.add(ofBand);
    }
    int fitting =
        Math.min(queries, (int) Math.clamp(ROUND_NANOS / nanos, QUERIES_MIN, QUERIES_MAX));
    List<List<List<Trial>>> trials = new ArrayList<>();
    for (int number = 0; number < settings.size(); number++) {
      CensusBand band = census.bands().get(number);
      trials.add(
          settings.get(number).stream()
              .map(mode -> mode.stream().map(one -> new Trial(one, band, fitting)).toList())
              .toList());
    }
    return trials;
  }

  /** Returns the settings of a mode that are nearest to the recalls that users ask for. */
  private static List<PointSamples> timed(List<PointSamples> mode, int used) {
    List<OperatingPoint> frontier = Frontier.of(mode.stream().map(s -> s.point(used, 1)).toList());
    List<SearchMode> chosen = new ArrayList<>();
    for (double recall : RECALLS_TIMED) {
      OperatingPoint nearest = frontier.getFirst();
      for (OperatingPoint point : frontier) {
        if (Math.abs(point.recall() - recall) < Math.abs(nearest.recall() - recall)) {
          nearest = point;
        }
      }
      chosen.add(nearest.mode());
    }
    return mode.stream().filter(samples -> chosen.contains(samples.mode())).toList();
  }

  private static void time(List<Trial> trials, Census census, SearchTimer timer) {
    Settling settling = new Settling(SETTLING_GAIN, SETTLING_ROUNDS, SETTLING_NANOS);
    long sum = 0;
    for (int round = 0; round < ROUNDS_MAX; round++) {
      if (round >= ROUNDS_MIN && (settling.isSettled() || sum > TIMED_NANOS_MAX)) {
        break;
      }
      long nanos = 0;
      for (Trial trial : trials) {
        for (int query = 0; query < trial.least.length; query++) {
          SampleQuery sample = census.queries().get(trial.band.query(query));
          long one = timer.searchNanos(sample.query(), trial.samples.mode(), trial.band.k());
          trial.least[query] = Math.min(trial.least[query], (double) one);
          nanos += one;
        }
      }
      settling.add((double) nanos, nanos);
      sum += nanos;
    }
  }

  /** Returns measured over expected time of a mode, all its trials together. */
  private static double factor(List<Trial> trials) {
    double[] ratios =
        trials.stream().flatMapToDouble(trial -> Arrays.stream(ratios(trial))).sorted().toArray();
    double median = ratios[ratios.length / 2];
    double measured = 0;
    double expected = 0;
    for (Trial trial : trials) {
      for (int query = 0; query < trial.least.length; query++) {
        double nanos = trial.samples.nanos(query);
        double ratio = trial.least[query] / nanos;
        measured += nanos * Math.clamp(ratio, median / OUTLIER, median * OUTLIER);
        expected += nanos;
      }
    }
    return measured / expected;
  }

  private static double[] ratios(Trial trial) {
    double[] ratios = new double[trial.least.length];
    for (int query = 0; query < ratios.length; query++) {
      ratios[query] = trial.least[query] / trial.samples.nanos(query);
    }
    return ratios;
  }
}
