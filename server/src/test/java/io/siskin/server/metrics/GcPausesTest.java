package io.siskin.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.counters.DurationHistogram;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class GcPausesTest {
  private static long count(GcPauses pauses) {
    return pauses.counts().values().stream().mapToLong(DurationHistogram.Counts::count).sum();
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void aCollectionIsCounted() throws Exception {
    try (GcPauses pauses = new GcPauses()) {
      assertThat(pauses.counts()).isNotEmpty();
      assertThat(count(pauses)).isZero();
      ManagementFactory.getMemoryMXBean().gc();
      while (count(pauses) == 0) {
        Thread.sleep(5);
      }
    }
  }

  @Test
  void cyclesOfConcurrentCollectorsAreNoPauses() {
    assertThat(GcPauses.isPausing("G1 Young Generation")).isTrue();
    assertThat(GcPauses.isPausing("ZGC Minor Pauses")).isTrue();
    assertThat(GcPauses.isPausing("ZGC Minor Cycles")).isFalse();
    assertThat(GcPauses.isPausing("Shenandoah Cycles")).isFalse();
  }
}
