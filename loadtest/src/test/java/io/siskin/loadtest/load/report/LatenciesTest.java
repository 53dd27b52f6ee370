package io.siskin.loadtest.load.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Checks percentiles against sorted times, and sums of histograms against one of all times. */
final class LatenciesTest {
  private static final int ROUNDS = 50;

  @Test
  void percentilesAreThoseOfTheSortedTimesToThreeDigits() {
    SplittableRandom random = new SplittableRandom(Seeds.next());
    for (int round = 0; round < ROUNDS; round++) {
      long[] times = randomTimes(random);
      Latencies latencies = of(times);
      Arrays.sort(times);
      for (double percentile : new double[] {0.5, 25, 50, 90, 99, 99.9, 100}) {
        int rank = Math.max(1, (int) Math.ceil(percentile / 100 * times.length));
        long exact = times[rank - 1];
        assertThat(latencies.nanosAt(percentile))
            .as("percentile %s of %d times", percentile, times.length)
            .isBetween(exact, exact + exact / 1_000 + 1);
      }
    }
  }

  @Test
  void theSumOfHistogramsIsTheHistogramOfAllTimes() {
    SplittableRandom random = new SplittableRandom(Seeds.next());
    for (int round = 0; round < ROUNDS; round++) {
      Latencies sum = new Latencies();
      Latencies all = new Latencies();
      long count = 0;
      for (int part = 0; part < 5; part++) {
        long[] times = randomTimes(random);
        count += times.length;
        sum.add(of(times));
        Arrays.stream(times).forEach(all::add);
      }
      assertThat(sum.count()).isEqualTo(count).isEqualTo(all.count());
      assertThat(sum.percentilesMillis()).isEqualTo(all.percentilesMillis());
      assertThat(sum.curve()).isEqualTo(all.curve());
    }
  }

  @Test
  void numbersHaveNoDigitsThatSayNothing() {
    assertThat(Latencies.millis(1_234_567).toPlainString()).isEqualTo("1.235");
    assertThat(Latencies.millis(2_500_000_000L).toString()).isEqualTo("2500");
    assertThat(Latencies.rounded(0.1, 3).toString()).isEqualTo("0.1");
  }

  private static Latencies of(long[] times) {
    Latencies latencies = new Latencies();
    Arrays.stream(times).forEach(latencies::add);
    return latencies;
  }

  private static long[] randomTimes(SplittableRandom random) {
    return random
        .doubles(random.nextInt(1, 2_000))
        .mapToLong(drawn -> (long) Math.exp(drawn * 23))
        .toArray();
  }
}
