package io.siskin.server.plan;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import io.siskin.server.plan.Calibration.Band;
import io.siskin.server.plan.Calibration.QuerySource;
import io.siskin.server.plan.Calibration.Rung;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import io.siskin.server.search.Searcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures the modes of a ladder on one segment, against its exact list over the stored impacts.
 *
 * <p>Every query is run in every mode before the next one, so that whatever disturbs the machine
 * disturbs all modes; and all of that twice, the first time for what is found, which also warms the
 * code, the second time for how long it takes. The time grows with the queries and with what a
 * query costs, not with the segment; where it would pass the budget, fewer queries are used.
 *
 * <p>Used once, by one thread, while the segment is retained.
 */
public final class Calibrator {
  /** The k that are measured; a request's k takes the next larger one. */
  public static final List<Integer> K_MEASURED = List.of(10, 100, 1000);

  /** How many queries are made of a segment's documents. */
  public static final int SAMPLE_COUNT = 200;

  /** About how long a calibration takes at most, in milliseconds. */
  public static final long BUDGET_MILLIS = 5_000;

  // Fewer than these say nothing, so they are run whatever the time.
  private static final int QUERIES_MIN = 100;

  private static final long WARM_UP_MILLIS = 1_500;

  // A mode that takes so many times as long as the exact one is not measured.
  private static final int USELESS_ABOVE = 2;

  // Of the times of a mode so few are left out of their mean, the slowest.
  private static final int TRIMMED_ONE_IN = 50;

  // Where the ladder has the exact mode.
  private static final int EXACT = 0;

  private final Segment segment;
  private final Searcher searcher;
  private final List<SearchMode> ladder;
  private final long budgetMillis;

  // By k, mode and query.
  private double[][][] recalls = new double[0][][];
  private long[][][] nanos = new long[0][][];
  // By k and mode.
  private SearchStats[][] work = new SearchStats[0][];
  private boolean[][] useless = new boolean[0][];

  /**
   * Prepares a measurement.
   *
   * @param segment the segment
   * @param kernels the kernels to use
   * @param budgetMillis about how long it may take
   */
  public Calibrator(Segment segment, KernelProvider kernels, long budgetMillis) {
    this.segment = segment;
    this.searcher = new Searcher(List.of(segment), kernels);
    this.ladder = Ladder.of(segment);
    this.budgetMillis = budgetMillis;
  }

  /**
   * Measures.
   *
   * @param queries what to search for, in an order in which the first ones may stand for all
   * @param source where they came from
   * @param done told how many of 2 × queries are done
   * @return null when there is no query
   */
  public @Nullable Calibration run(
      List<SampleQuery> queries, QuerySource source, IntConsumer done) {
    if (queries.isEmpty()) {
      return null;
    }
    int ks = K_MEASURED.size();
    recalls = new double[ks][ladder.size()][queries.size()];
    nanos = new long[ks][ladder.size()][queries.size()];
    work = new SearchStats[ks][ladder.size()];
    useless = new boolean[ks][ladder.size()];
    Arrays.stream(work).forEach(row -> Arrays.fill(row, SearchStats.NONE));
    warm(queries);
    long start = System.nanoTime();
    int used = 0;
    while (used < queries.size() && (used < QUERIES_MIN || isWithinHalf(start))) {
      for (int band = 0; band < ks; band++) {
        judge(queries.get(used), band, used);
      }
      done.accept(++used);
    }
    for (int query = 0; query < used; query++) {
      for (int band = 0; band < ks; band++) {
        time(queries.get(query), band, query);
      }
      done.accept(used + query + 1);
    }
    List<Band> bands = new ArrayList<>();
    for (int band = 0; band < ks; band++) {
      bands.add(band(band, used));
    }
    return new Calibration(segment.id().toString(), source, used, bands);
  }

  /**
   * Runs queries for a while, since the first searches of a process are slow, and finds out which
   * modes take so long that the exact one is always better: measuring them would take the most
   * time.
   */
  private void warm(List<SampleQuery> queries) {
    long[][] least = new long[K_MEASURED.size()][ladder.size()];
    Arrays.stream(least).forEach(row -> Arrays.fill(row, Long.MAX_VALUE));
    long start = System.nanoTime();
    // Whole rounds: each k meets the same queries.
    for (int i = 0; i == 0 || System.nanoTime() - start < WARM_UP_MILLIS * 1_000_000; i++) {
      for (int band = 0; band < K_MEASURED.size(); band++) {
        judge(queries.get(i % queries.size()), band, 0);
        time(queries.get(i % queries.size()), band, 0);
        for (int mode = 0; mode < ladder.size(); mode++) {
          least[band][mode] = Math.min(least[band][mode], nanos[band][mode][0]);
        }
      }
    }
    for (int band = 0; band < K_MEASURED.size(); band++) {
      for (int mode = 1; mode < ladder.size(); mode++) {
        useless[band][mode] = least[band][mode] > USELESS_ABOVE * least[band][EXACT];
      }
      Arrays.fill(work[band], SearchStats.NONE);
    }
  }

  private boolean isWithinHalf(long startNanoTime) {
    return System.nanoTime() - startNanoTime < budgetMillis * 1_000_000 / 2;
  }

  /** Runs one query in every mode and counts what each finds of the exact list. */
  private void judge(SampleQuery query, int band, int number) {
    int k = K_MEASURED.get(band);
    searcher.search(query.query(), new SearchMode.Exact(), k, Cancellation.NEVER);
    int wanted = 0;
    float threshold = 0;
    for (int rank = 0; rank < searcher.size(); rank++) {
      if (searcher.documentNumber(rank) != query.source()) {
        wanted++;
        threshold = searcher.score(rank);
      }
    }
    for (int mode = 0; mode < ladder.size(); mode++) {
      if (useless[band][mode]) {
        continue;
      }
      searcher.search(query.query(), ladder.get(mode), k, Cancellation.NEVER);
      work[band][mode] = work[band][mode].plus(searcher.stats());
      int found = 0;
      for (int rank = 0; rank < searcher.size(); rank++) {
        // Scores are exact, so a document that ties with the last one wanted is as right as that.
        if (searcher.score(rank) >= threshold && searcher.documentNumber(rank) != query.source()) {
          found++;
        }
      }
      recalls[band][mode][number] = wanted == 0 ? 1 : (double) Math.min(found, wanted) / wanted;
    }
  }

  private void time(SampleQuery query, int band, int number) {
    int k = K_MEASURED.get(band);
    for (int mode = 0; mode < ladder.size(); mode++) {
      if (useless[band][mode]) {
        continue;
      }
      long start = System.nanoTime();
      searcher.search(query.query(), ladder.get(mode), k, Cancellation.NEVER);
      nanos[band][mode][number] = System.nanoTime() - start;
    }
  }

  private Band band(int band, int used) {
    List<Rung> rungs = new ArrayList<>();
    for (int mode = 0; mode < ladder.size(); mode++) {
      if (useless[band][mode]) {
        continue;
      }
      double[] each = Arrays.copyOf(recalls[band][mode], used);
      double mean = Arrays.stream(each).average().orElseThrow();
      double squares = Arrays.stream(each).map(one -> (one - mean) * (one - mean)).sum();
      double error = used < 2 ? 0 : Math.sqrt(squares / (used - 1) / used);
      long[] times = Arrays.copyOf(nanos[band][mode], used);
      Arrays.sort(times);
      SearchStats sum = work[band][mode];
      rungs.add(
          new Rung(
              ladder.get(mode),
              // The sum of many ones may end a little above one.
              Math.min(1, mean),
              error,
              times[(used - 1) / 2] / 1e3,
              trimmedMean(times) / 1e3,
              (double) sum.documentsScored() / used,
              (double) sum.postingsScored() / used));
    }
    return new Band(K_MEASURED.get(band), rungs);
  }

  /** Returns the mean without the slowest ones, in which the machine did something else. */
  private static double trimmedMean(long[] ascending) {
    int kept = ascending.length - ascending.length / TRIMMED_ONE_IN;
    return Arrays.stream(ascending, 0, kept).average().orElseThrow();
  }
}
