package io.siskin.server.rpc.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LineLimitTest {
  @Test
  void oneLinePassesPerIntervalAndTellsOfTheOthers() {
    // Near the end of the clock's numbers, which may overflow.
    AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
    LineLimit limit = new LineLimit(10, clock::get);

    assertThat(limit.take()).isZero();
    assertThat(limit.take()).isEqualTo(LineLimit.HELD_BACK);
    clock.addAndGet(9);
    assertThat(limit.take()).isEqualTo(LineLimit.HELD_BACK);
    clock.addAndGet(1);
    assertThat(limit.take()).isEqualTo(2);
    assertThat(limit.take()).isEqualTo(LineLimit.HELD_BACK);
    clock.addAndGet(1_000);
    assertThat(limit.take()).isEqualTo(1);
    clock.addAndGet(1_000);
    assertThat(limit.take()).isZero();
  }
}
