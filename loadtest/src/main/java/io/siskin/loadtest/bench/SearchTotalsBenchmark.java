package io.siskin.loadtest.bench;

import io.siskin.server.counters.CallCounters;
import io.siskin.server.counters.SearchTotals;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the time to count a search and its call, from one thread and from two threads at the
 * same time.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SearchTotalsBenchmark {
  private final SearchTotals searches = new SearchTotals();
  private final CallCounters calls = new CallCounters();
  private final SearchMode mode = SearchMode.ScoreAtATime.DEFAULTS;
  private final SearchStats stats = new SearchStats(10, 100, 50, 50, 80, 4_000, 0);

  /** Counts a search. */
  @Benchmark
  @Threads(1)
  public void search() {
    searches.add(mode, stats, 1_000, 40_000, 5_000, 46_000);
  }

  /** Counts searches of one collection from two threads. */
  @Benchmark
  @Threads(2)
  public void searchOfTwoThreads() {
    searches.add(mode, stats, 1_000, 40_000, 5_000, 46_000);
  }

  /** Counts a call. */
  @Benchmark
  @Threads(1)
  public void call() {
    calls.start();
    calls.end("OK", 80_000);
  }
}
