package io.siskin.server.rpc.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Predicts waits in a simulated server, which has a clock of its own, and compares them with what
 * they turn out to be.
 */
final class ServiceTimeTest {
  private static final int SEARCHES = 20_000;
  private static final int LARGEST = 1_500_000;

  @Test
  void predictsNothingFromTooLittle() {
    ServiceTime time = new ServiceTime();
    for (int i = 0; i < ServiceTime.COUNT_MIN - 1; i++) {
      time.add(1_000, 500);
      assertThat(time.predictNanos(1_000_000)).isZero();
    }
    time.add(1_000, 500);
    assertThat(time.predictNanos(1_000_000)).isBetween(499_999L, 500_001L);
  }

  @Test
  void followsAChange() {
    ServiceTime time = new ServiceTime();
    for (int i = 0; i < 1_000; i++) {
      time.add(1_000, 1_000);
    }
    for (int i = 0; i < 5 * ServiceTime.WINDOW; i++) {
      time.add(1_000, 100);
    }
    assertThat(time.predictNanos(1_000)).isBetween(100L, 110L);
  }

  /**
   * Searches arrive at random at a server that is overloaded at times, and its threads take a fixed
   * time for each posting. A search that the prediction would have refused must really have been
   * late, whatever came after it; and one that it would have taken is late only by what it cannot
   * know, which is the rest of the searches that run.
   */
  @Test
  void aSearchThatIsRefusedWouldHaveBeenLate() {
    long seed = Seeds.next();
    Random random = new Random(seed);
    for (int threads = 1; threads <= 4; threads++) {
      Simulation simulation = new Simulation(threads);
      int refused = 0;
      for (int i = 0; i < SEARCHES; i++) {
        boolean isBusy = i / 1_000 % 2 == 0;
        simulation.now += random.nextLong((isBusy ? 1_000_000L : 4_000_000L) / threads);
        long postings = 1L + random.nextInt(LARGEST);
        long remaining = random.nextInt(20_000_000);
        Simulation.Prediction prediction = simulation.arrive(postings);
        if (prediction.expected > remaining && prediction.before > 0) {
          refused++;
          assertThat(prediction.actual)
              .as("seed %d threads %d search %d", seed, threads, i)
              .isGreaterThanOrEqualTo(prediction.expected - 1_000);
        }
        assertThat(prediction.actual - prediction.expected)
            .as("seed %d threads %d search %d", seed, threads, i)
            .isLessThanOrEqualTo(2L * LARGEST);
      }
      assertThat(refused).as("seed %d", seed).isBetween(SEARCHES / 100, SEARCHES * 99 / 100);
    }
  }

  /** First come, first served, by several threads, a nanosecond for each posting. */
  private static final class Simulation {
    private final int threads;
    private final PriorityQueue<Long> freeAt = new PriorityQueue<>();
    private final PriorityQueue<long[]> starts =
        new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));
    private final ServiceTime time = new ServiceTime();
    private long waitingPostings;
    private long now;

    record Prediction(long before, long expected, long actual) {}

    Simulation(int threads) {
      this.threads = threads;
      for (int i = 0; i < threads; i++) {
        freeAt.add(0L);
      }
      for (int i = 0; i < ServiceTime.COUNT_MIN; i++) {
        time.add(LARGEST, LARGEST);
      }
    }

    Prediction arrive(long postings) {
      while (!starts.isEmpty() && starts.peek()[0] <= now) {
        waitingPostings -= starts.remove()[1];
      }
      long before = waitingPostings;
      long expected = time.predictWaitNanos(before, threads) + time.predictNanos(postings);
      long start = Math.max(now, freeAt.remove());
      freeAt.add(start + postings);
      if (start > now) {
        waitingPostings += postings;
        starts.add(new long[] {start, postings});
      }
      return new Prediction(before, expected, start + postings - now);
    }
  }
}
