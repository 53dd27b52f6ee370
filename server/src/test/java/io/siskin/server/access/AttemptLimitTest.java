package io.siskin.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AttemptLimitTest {
  private long now;
  private final AttemptLimit limit = new AttemptLimit(() -> now);

  @Test
  void failuresAreCountedByAddressAndWindow() {
    for (int i = 0; i < AttemptLimit.FAILURES_MAX; i++) {
      assertThat(limit.isTooMany("a")).isFalse();
    }
    assertThat(limit.isTooMany("a")).isTrue();
    assertThat(limit.isTooMany("b")).isFalse();
    now += TimeUnit.SECONDS.toNanos(AttemptLimit.WINDOW_SECONDS);
    assertThat(limit.isTooMany("a")).isFalse();
  }

  @Test
  void theTableIsBounded() {
    for (int i = 0; i < AttemptLimit.FAILURES_MAX; i++) {
      assertThat(limit.isTooMany("first")).isFalse();
    }
    for (int i = 0; i < AttemptLimit.ADDRESSES_MAX; i++) {
      assertThat(limit.isTooMany("address " + i)).isFalse();
    }
    // It was forgotten, so it begins again.
    assertThat(limit.isTooMany("first")).isFalse();
  }
}
