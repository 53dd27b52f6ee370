package io.siskin.server.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SettlingTest {
  @Test
  void codeThatGetsQuickerIsNotSettled() {
    Settling settling = new Settling(.02, 3, 0);
    for (double nanos = 1000; nanos > 100; nanos *= .9) {
      settling.add(nanos, 1);
      assertThat(settling.isSettled()).isFalse();
    }
  }

  @Test
  void roundsWithoutProgressSettle() {
    Settling settling = new Settling(.02, 3, 0);
    settling.add(100, 1);
    settling.add(99, 1);
    settling.add(101, 1);
    assertThat(settling.isSettled()).isFalse();
    settling.add(100, 1);
    assertThat(settling.isSettled()).isTrue();
  }

  /** A busy machine: what counts is that no round is quicker, not that all are equal. */
  @Test
  void slowRoundsAreNoProgress() {
    Settling settling = new Settling(.02, 3, 0);
    settling.add(100, 1);
    settling.add(300, 1);
    settling.add(150, 1);
    settling.add(280, 1);
    assertThat(settling.isSettled()).isTrue();
  }

  /** The compiler needs time, however many short rounds fit into it. */
  @Test
  void shortRoundsMustLastLongEnough() {
    Settling settling = new Settling(.02, 3, 1000);
    for (int round = 0; round < 10; round++) {
      settling.add(100, 100);
      assertThat(settling.isSettled()).isFalse();
    }
    settling.add(100, 100);
    assertThat(settling.isSettled()).isTrue();
  }
}
