package io.siskin.server.counters;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import io.siskin.server.testing.Seeded;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CountersTest {
  @Test
  void durationsAreCountedByTheFirstBoundThatHoldsThem() {
    Seeded.run(CountersTest::compareWithSlowTwin);
  }

  private static void compareWithSlowTwin(Random random) {
    DurationHistogram tally = new DurationHistogram();
    int sizes = DurationHistogram.BOUNDS_NANOS.size() + 1;
    long[] slow = new long[sizes];
    long total = 0;
    for (int i = 0; i < 10_000; i++) {
      long nanos =
          switch (random.nextInt(3)) {
            case 0 -> DurationHistogram.BOUNDS_NANOS.get(random.nextInt(sizes - 1));
            case 1 -> DurationHistogram.BOUNDS_NANOS.get(random.nextInt(sizes - 1)) + 1;
            default -> (long) Math.pow(10, 12 * random.nextDouble());
          };
      int size = 0;
      while (size < sizes - 1 && nanos > DurationHistogram.BOUNDS_NANOS.get(size)) {
        size++;
      }
      slow[size]++;
      total += nanos;
      tally.add(nanos);
    }
    DurationHistogram.Counts counts = tally.counts();
    assertThat(counts.counts().stream().mapToLong(Long::longValue).toArray()).isEqualTo(slow);
    assertThat(counts.totalNanos()).isEqualTo(total);
    assertThat(counts.count()).isEqualTo(10_000);
  }

  @Test
  void aClockThatWentBackCountsAsNothing() {
    DurationHistogram tally = new DurationHistogram();
    tally.add(-5);
    assertThat(tally.counts().counts().getFirst()).isEqualTo(1);
    assertThat(tally.counts().totalNanos()).isZero();
  }

  @Test
  void nothingIsLostBetweenThreads() throws Exception {
    CallCounters calls = new CallCounters();
    SearchTotals searches = new SearchTotals();
    SearchStats stats = new SearchStats(1, 2, 3, 4, 5, 6, 7);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      String status = t % 2 == 0 ? "OK" : "NOT_FOUND";
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int i = 0; i < 5_000; i++) {
                  calls.start();
                  searches.add(new SearchMode.Exact(), stats, 1, 2, 3, 6);
                  calls.end(status, 100);
                }
                calls.start();
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(calls.counts().ended()).isEqualTo(Map.of("OK", 10_000L, "NOT_FOUND", 10_000L));
    assertThat(calls.counts().inFlight()).isEqualTo(4);
    assertThat(calls.counts().durations().totalNanos()).isEqualTo(2_000_000);
    SearchTotals.Counts counts = searches.counts();
    assertThat(counts.exact()).isEqualTo(20_000);
    assertThat(counts.clustered() + counts.scoreAtATime()).isZero();
    assertThat(counts.stats().budgetExhausted()).isEqualTo(140_000);
    assertThat(counts.stats().listsVisited()).isEqualTo(20_000);
    assertThat(counts.fetchNanos()).isEqualTo(60_000);
  }
}
