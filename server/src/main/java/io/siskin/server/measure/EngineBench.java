package io.siskin.server.measure;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import io.siskin.server.search.Searcher;
import io.siskin.server.search.SearcherPool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Measures the engine in this process: the time of each query from its quantised vector to its
 * ranked list, and the list.
 *
 * <p>All queries are run in passes, one query after another in each thread; the pass with the
 * lowest mean is reported as a whole, mean and percentiles, because a shared machine can only add
 * to a time. What was found is the same in every pass.
 */
public final class EngineBench {
  private final SearcherPool searchers;
  private final List<QuantizedQuery> queries;
  private final int k;
  private final int threads;
  private final int passes;

  /**
   * Prepares a measurement.
   *
   * @param searchers the searchers of a snapshot that stays retained meanwhile
   * @param queries what is searched for; at least one
   * @param k how many documents are wanted
   * @param threads how many threads search at once, each its share of the queries
   * @param passes how many times all queries are run, after one pass that is not measured
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
   */
  public record Outcome(
      LatencySummary latency,
      double queriesPerSecond,
      int[][] documentNumbers,
      double[][] scores,
      SearchStats work) {}

  /**
   * Measures one setting.
   *
   * @param modes how to evaluate, by segment
   */
  public Outcome run(List<SearchMode> modes) {
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      pass(executor, modes, null);
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
      return new Outcome(best, bestRate, answers.documentNumbers, answers.scores, answers.work());
    }
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
