package io.siskin.index.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RangesTest {
  @Test
  void valuesWithinAreReturned() {
    assertThat(Ranges.check("k", 1, 1, 9)).isEqualTo(1);
    assertThat(Ranges.check("k", 9L, 1, 9)).isEqualTo(9);
    assertThat(Ranges.check("k", Integer.MAX_VALUE, 0, Integer.MAX_VALUE))
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void valuesBeyondNameFieldAndRange() {
    assertRefused(() -> Ranges.check("k", 0, 1, 9), "k is 0; allowed: 1 to 9");
    assertRefused(() -> Ranges.check("k", 10L, 1, 9), "k is 10; allowed: 1 to 9");
    assertRefused(() -> Ranges.check("k", -1, 0, Integer.MAX_VALUE), "k is -1; allowed: 0 or more");
    assertRefused(() -> Ranges.check("k", -1L, 0, Long.MAX_VALUE), "k is -1; allowed: 0 or more");
  }

  private static void assertRefused(Runnable check, String message) {
    assertThatThrownBy(check::run).isInstanceOf(InvalidInputException.class).hasMessage(message);
  }
}
