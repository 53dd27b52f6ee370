package io.siskin.server.measure;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import io.siskin.server.search.Searcher;
import io.siskin.server.search.SearcherPool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Measures the engine in this process: the time of each query from its quantised vector to its
 * ranked list, and the list.
 *
 * <p>All queries are run in passes, one query after another in each thread. The first passes are
 * not measured: they are repeated until they no longer get quicker, because code that is not
 * compiled yet takes ten times as long and more. Of the measured passes, the one with the lowest
 * mean is reported as a whole, mean and percentiles, because a shared machine can only add to a
 * time. What was found is the same in every pass.
 */
public final class EngineBench {
  // A pass is progress if its median is lower by this share than the lowest before.
  private static final double SETTLING_GAIN = 0.02;
  private static final int SETTLING_PASSES = 3;
  // The compiler may take so long to replace code, in the first setting of a mode and in later
  // ones.
  private static final long FIRST_SETTLING_NANOS = 1_000_000_000L;
  private static final long LATER_SETTLING_NANOS = 200_000_000L;

  /** The most passes that are run before the measured ones. */
  public static final int WARM_PASSES_MAX = 2_000;

  /** The longest time that passes are run before the measured ones, in seconds. */
  public static final int WARM_SECONDS_MAX = 20;

  private final SearcherPool searchers;
  private final List<QuantizedQuery> queries;
  private final int k;
  private final int threads;
  private final int passes;
  private final Set<Class<?>> modesWarmed = new HashSet<>();

  /**
   * Prepares a measurement.
   *
   * @param searchers the searchers of a snapshot that stays retained meanwhile
   * @param queries what is searched for; at least one
   * @param k how many documents are wanted
   * @param threads how many threads search at once, each its share of the queries
   * @param passes how many times all queries are run after the times have settled, 1 or more
   */
  public EngineBench(
      SearcherPool searchers, List<QuantizedQuery> queries, int k, int threads, int passes) {
    this.searchers = searchers;
    this.queries = List.copyOf(queries);
    this.k = k;
    this.threads = threads;
    this.passes = passes;
  }

  /**
   * What one setting did.
   *
   * @param latency the best pass
   * @param queriesPerSecond of the best pass, all threads together
   * @param documentNumbers by query: the documents found, best first
   * @param scores by query: their scores
   * @param work what one pass over all queries did, summed
   * @param warmPasses how many passes were run before the measured ones
   * @param settled whether these no longer got quicker when {@link #WARM_PASSES_MAX} and {@link
   *     #WARM_SECONDS_MAX} ended them; if not, the times may be those of code that is not compiled
   */
  public record Outcome(
      LatencySummary latency,
      double queriesPerSecond,
      int[][] documentNumbers,
      double[][] scores,
      SearchStats work,
      int warmPasses,
      boolean settled) {}

  /**
   * Measures one setting.
   *
   * @param modes how to evaluate, by segment
   */
  public Outcome run(List<SearchMode> modes) {
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      Settling settling = settling(modes);
      int warmPasses = warm(executor, modes, settling);
      LatencySummary best = null;
      double bestRate = 0;
      for (int pass = 0; pass < passes; pass++) {
        long start = System.nanoTime();
        LatencySummary latency = LatencySummary.of(pass(executor, modes, null));
        double rate = queries.size() / ((System.nanoTime() - start) / 1e9);
        if (best == null || latency.meanNanos() < best.meanNanos()) {
          best = latency;
          bestRate = rate;
        }
      }
      if (best == null) {
        throw new IllegalStateException("at least one pass is measured");
      }
      // Last, when the code is compiled: under a budget the answers depend on the speed.
      Answers answers = new Answers(queries.size());
      pass(executor, modes, answers);
      return new Outcome(
          best,
          bestRate,
          answers.documentNumbers,
          answers.scores,
          answers.work(),
          warmPasses,
          settling.isSettled());
    }
  }

  private Settling settling(List<SearchMode> modes) {
    boolean isFirst = false;
    for (SearchMode mode : modes) {
      isFirst |= modesWarmed.add(mode.getClass());
    }
    return new Settling(
        SETTLING_GAIN, SETTLING_PASSES, isFirst ? FIRST_SETTLING_NANOS : LATER_SETTLING_NANOS);
  }

  /** Runs passes until their times settle; returns how many. */
  private int warm(ExecutorService executor, List<SearchMode> modes, Settling settling) {
    long start = System.nanoTime();
    int warmPasses = 0;
    while (!settling.isSettled()
        && warmPasses < WARM_PASSES_MAX
        && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(WARM_SECONDS_MAX)) {
      long passStart = System.nanoTime();
      long median = LatencySummary.of(pass(executor, modes, null)).p50Nanos();
      settling.add((double) median, System.nanoTime() - passStart);
      warmPasses++;
    }
    return warmPasses;
  }

  /** What the queries of a pass found, by query; each thread writes its own. */
  private static final class Answers {
    final int[][] documentNumbers;
    final double[][] scores;
    final SearchStats[] stats;

    Answers(int queries) {
      documentNumbers = new int[queries][];
      scores = new double[queries][];
      stats = new SearchStats[queries];
    }

    void put(int query, Searcher searcher) {
      documentNumbers[query] = new int[searcher.size()];
      scores[query] = new double[searcher.size()];
      for (int rank = 0; rank < searcher.size(); rank++) {
        documentNumbers[query][rank] = searcher.documentNumber(rank);
        scores[query][rank] = searcher.score(rank);
      }
      stats[query] = searcher.stats();
    }

    SearchStats work() {
      return Arrays.stream(stats).reduce(SearchStats.NONE, SearchStats::plus);
    }
  }

  private long[] pass(ExecutorService executor, List<SearchMode> modes, @Nullable Answers answers) {
    long[] nanos = new long[queries.size()];
    List<Future<?>> workers = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      int from = thread;
      workers.add(executor.submit(() -> work(modes, from, nanos, answers)));
    }
    for (Future<?> worker : workers) {
      join(worker);
    }
    return nanos;
  }

  private void work(List<SearchMode> modes, int from, long[] nanos, @Nullable Answers answers) {
    Searcher searcher = searchers.take();
    for (int query = from; query < nanos.length; query += threads) {
      long start = System.nanoTime();
      searcher.search(queries.get(query), modes, k, Cancellation.NEVER);
      nanos[query] = System.nanoTime() - start;
      if (answers != null) {
        answers.put(query, searcher);
      }
    }
    searchers.giveBack(searcher);
  }

  private static void join(Future<?> worker) {
    try {
      worker.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the measurement was interrupted", interrupted);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IllegalStateException(failed.getCause());
    }
  }
}
