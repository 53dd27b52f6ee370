package io.siskin.server.plan;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Counts, over many queries, what each setting finds of the exact list and how much work it does.
 * No clock is read: the same segment and queries give the same counts, however busy the machine is.
 * How many queries are used follows from the work that the first ones take.
 *
 * <p>Used once, by one thread, which starts others and waits for them.
 */
final class Census {
  /** The k that are measured, ascending. */
  static final List<Integer> KS = List.of(10, 100, 1000);

  // Fewer queries than these say little, so they are run whatever they cost.
  private static final int QUERIES_MIN = 100;
  // The cost of the others is estimated from so many.
  private static final int PILOTS = 16;

  // Where the exact mode is expected to take less, little depends on the choice.
  private static final double CHEAP_BELOW_NANOS = 30e3;

  // For long lists, each so many of the queries is used, as long as enough are left.
  private static final int LONG_ABOVE_K = 100;
  private static final int LONG_STRIDE_MAX = 4;

  private final Segment segment;
  private final KernelProvider kernels;
  private final UnitCosts costs;
  private final List<SampleQuery> queries;
  private final List<CensusBand> bands = new ArrayList<>();
  private int used;

  /**
   * Prepares a census.
   *
   * @param segment the segment, retained by the caller
   * @param kernels the kernels to use
   * @param costs what the segment's units of work cost
   * @param queries what to search for, in an order in which the first ones may stand for all
   */
  Census(Segment segment, KernelProvider kernels, UnitCosts costs, List<SampleQuery> queries) {
    this.segment = segment;
    this.kernels = kernels;
    this.costs = costs;
    this.queries = queries;
    for (int k : KS) {
      bands.add(new CensusBand(segment, k, queries.size(), stride(k, queries.size())));
    }
  }

  /**
   * Returns which of the queries are used. A list of a thousand documents says as much as many
   * lists of ten, and it costs as much.
   */
  private static int stride(int k, int queries) {
    return k > LONG_ABOVE_K ? Math.clamp(queries / QUERIES_MIN, 1, LONG_STRIDE_MAX) : 1;
  }

  /**
   * Counts.
   *
   * @param threads how many threads count
   * @param workNanosMax about how much work may be done in all, as the time that it is expected to
   *     take in one thread
   * @param cheapQueriesMax how many queries are used at most if they turn out to be cheap
   * @param done told how many queries are done; called by several threads, one at a time
   */
  void run(int threads, double workNanosMax, int cheapQueriesMax, IntConsumer done) {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger finished = new AtomicInteger();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<CensusTaker> takers = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        takers.add(new CensusTaker(segment, kernels, costs, bands));
      }
      int pilots = Math.min(PILOTS, queries.size());
      double pilotNanos = take(executor, takers, next, pilots, finished, done);
      double fitting = workNanosMax / Math.max(1, pilotNanos / pilots);
      used = pilots;
      int most = isCheap() ? Math.min(cheapQueriesMax, queries.size()) : queries.size();
      used = (int) Math.min(most, Math.max(QUERIES_MIN, fitting));
      take(executor, takers, next, used, finished, done);
    }
  }

  /** Takes queries up to a number; returns the work of them, in nanoseconds. */
  private double take(
      ExecutorService executor,
      List<CensusTaker> takers,
      AtomicInteger next,
      int end,
      AtomicInteger finished,
      IntConsumer done) {
    double[] nanos = new double[end];
    List<Future<?>> futures = new ArrayList<>();
    for (CensusTaker taker : takers) {
      futures.add(
          executor.submit(
              () -> {
                int query = next.getAndUpdate(number -> Math.min(end, number + 1));
                while (query < end) {
                  nanos[query] = taker.take(queries.get(query), query);
                  synchronized (done) {
                    done.accept(finished.incrementAndGet());
                  }
                  query = next.getAndUpdate(number -> Math.min(end, number + 1));
                }
              }));
    }
    futures.forEach(Census::join);
    double sum = 0;
    for (double each : nanos) {
      sum += each;
    }
    return sum;
  }

  private static void join(Future<?> future) {
    try {
      future.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the calibration was interrupted", interrupted);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IllegalStateException(failed.getCause());
    }
  }

  /** Returns how many queries were used. */
  int used() {
    return used;
  }

  /** Returns what was counted, by k. */
  List<CensusBand> bands() {
    return bands;
  }

  /** Returns the queries, of which the first {@link #used} were used. */
  List<SampleQuery> queries() {
    return queries;
  }

  /**
   * Returns whether even the exact mode is so cheap that a search takes less than the request
   * around it.
   */
  boolean isCheap() {
    return 1e3 * bands.getFirst().exact().point(used, 1).meanMicros() < CHEAP_BELOW_NANOS;
  }
}
