package io.siskin.server.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.siskin.server.testing.Seeded;
import org.junit.jupiter.api.Test;

final class BatchCostTest {
  @Test
  void findsWhatStartsAndTokensCost() {
    Seeded.run(
        random -> {
          BatchCost cost = new BatchCost();
          for (int i = 0; i < 500; i++) {
            long padded = 50L + random.nextInt(2_000);
            double noise = 1 + random.nextGaussian() * 0.02;
            cost.add(padded * 3 / 4, padded, (long) ((300_000 + 10_000 * padded) * noise));
          }
          assertThat((double) cost.startTokens()).isCloseTo(30, within(15.0));
          assertThat(cost.nanosPerPaddedToken()).isCloseTo(10_300, within(600.0));
          assertThat(cost.nanosPerToken()).isCloseTo(13_700, within(900.0));
        });
  }

  @Test
  void knowsNothingAtFirst() {
    BatchCost cost = new BatchCost();
    assertThat(cost.isKnown()).isFalse();
    assertThat(cost.nanosPerToken()).isZero();
    assertThat(cost.startTokens()).isPositive();
  }

  @Test
  void equalBatchesTellNothingOfTheStart() {
    BatchCost cost = new BatchCost();
    int before = cost.startTokens();
    for (int i = 0; i < 100; i++) {
      cost.add(100, 100, 1_000_000 + i);
    }
    assertThat(cost.startTokens()).isEqualTo(before);
    assertThat(cost.nanosPerToken()).isCloseTo(10_000, within(10.0));
  }

  @Test
  void whereTokensCostNothingAllIsTheStart() {
    BatchCost cost = new BatchCost();
    for (int i = 0; i < 100; i++) {
      cost.add(100 + i, 100 + i, 5_000_000 - i);
    }
    assertThat(cost.startTokens()).isEqualTo(512);
  }

  @Test
  void followsAModelThatBecomesSlower() {
    BatchCost cost = new BatchCost();
    for (int i = 0; i < 100; i++) {
      cost.add(100, 100, 1_000_000);
    }
    for (int i = 0; i < 250; i++) {
      cost.add(100, 100, 4_000_000);
    }
    assertThat(cost.nanosPerToken()).isCloseTo(40_000, within(1_500.0));
  }
}
