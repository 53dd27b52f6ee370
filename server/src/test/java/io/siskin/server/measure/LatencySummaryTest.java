package io.siskin.server.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.testing.Seeded;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LatencySummaryTest {
  @Test
  void percentilesAreNearestRank() {
    assertThat(LatencySummary.of(LongStream.rangeClosed(1, 1000).map(i -> 1001 - i).toArray()))
        .isEqualTo(new LatencySummary(1000, 500.5, 500, 950, 990, 999, 1000));
    assertThat(LatencySummary.of(LongStream.rangeClosed(1, 1001).toArray()))
        .isEqualTo(new LatencySummary(1001, 501, 501, 951, 991, 1000, 1001));
    assertThat(LatencySummary.of(new long[] {3, 1}))
        .isEqualTo(new LatencySummary(2, 2, 1, 3, 3, 3, 3));
    assertThat(LatencySummary.of(new long[] {7}))
        .isEqualTo(new LatencySummary(1, 7, 7, 7, 7, 7, 7));
  }

  @Test
  void percentilesHaveTheirShareOfTheValues() {
    Seeded.run(
        random -> {
          for (int round = 0; round < 200; round++) {
            long[] nanos = random.longs(1 + random.nextInt(3000), 0, 500).toArray();
            LatencySummary summary = LatencySummary.of(nanos);
            assertNearestRank(nanos, summary.p50Nanos(), 500);
            assertNearestRank(nanos, summary.p95Nanos(), 950);
            assertNearestRank(nanos, summary.p99Nanos(), 990);
            assertNearestRank(nanos, summary.p999Nanos(), 999);
            assertThat(summary.maxNanos()).isEqualTo(LongStream.of(nanos).max().orElseThrow());
          }
        });
  }

  @Test
  void nothingOrNegativeIsRefused() {
    assertThatThrownBy(() -> LatencySummary.of(new long[0]))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> LatencySummary.of(new long[] {1, -1}))
        .isInstanceOf(InvalidInputException.class);
  }

  /** By the definition: enough values at or below it, and too few below it. */
  private static void assertNearestRank(long[] nanos, long percentile, long perMille) {
    long atOrBelow = LongStream.of(nanos).filter(value -> value <= percentile).count();
    long below = LongStream.of(nanos).filter(value -> value < percentile).count();
    assertThat(atOrBelow * 1000).isGreaterThanOrEqualTo(perMille * nanos.length);
    assertThat(below * 1000).isLessThan(perMille * nanos.length);
  }
}
