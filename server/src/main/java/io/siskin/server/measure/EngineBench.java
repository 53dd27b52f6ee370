package io.siskin.server.measure;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.server.search.Interruption;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.Searcher;
import io.siskin.server.search.SearcherPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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
   */
  public record Outcome(
      LatencySummary latency,
      double queriesPerSecond,
      int[][] documentNumbers,
      double[][] scores) {}

  /**
   * Measures one setting.
   *
   * @param modes how to evaluate, by segment
   */
  public Outcome run(List<SearchMode> modes) {
    int[][] found = new int[queries.size()][];
    double[][] scores = new double[queries.size()][];
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      pass(executor, modes, found, scores);
      LatencySummary best = null;
      double bestRate = 0;
      for (int pass = 0; pass < passes; pass++) {
        long start = System.nanoTime();
        LatencySummary latency = LatencySummary.of(pass(executor, modes, null, null));
        double rate = queries.size() / ((System.nanoTime() - start) / 1e9);
        if (best == null || latency.meanNanos() < best.meanNanos()) {
          best = latency;
          bestRate = rate;
        }
      }
      if (best == null) {
        throw new IllegalStateException("at least one pass is measured");
      }
      return new Outcome(best, bestRate, found, scores);
    }
  }

  private long[] pass(
      ExecutorService executor,
      List<SearchMode> modes,
      int @org.jspecify.annotations.Nullable [][] found,
      double @org.jspecify.annotations.Nullable [][] scores) {
    long[] nanos = new long[queries.size()];
    List<Future<?>> workers = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      int from = thread;
      workers.add(executor.submit(() -> work(modes, from, nanos, found, scores)));
    }
    for (Future<?> worker : workers) {
      join(worker);
    }
    return nanos;
  }

  private void work(
      List<SearchMode> modes,
      int from,
      long[] nanos,
      int @org.jspecify.annotations.Nullable [][] found,
      double @org.jspecify.annotations.Nullable [][] scores) {
    Searcher searcher = searchers.take();
    for (int query = from; query < nanos.length; query += threads) {
      long start = System.nanoTime();
      searcher.search(queries.get(query), modes, k, Interruption.NEVER);
      nanos[query] = System.nanoTime() - start;
      if (found != null && scores != null) {
        found[query] = new int[searcher.size()];
        scores[query] = new double[searcher.size()];
        for (int rank = 0; rank < searcher.size(); rank++) {
          found[query][rank] = searcher.documentNumber(rank);
          scores[query][rank] = searcher.score(rank);
        }
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
