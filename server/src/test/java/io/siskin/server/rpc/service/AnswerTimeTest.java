package io.siskin.server.rpc.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.testing.ControlledClock;
import org.junit.jupiter.api.Test;

final class AnswerTimeTest {
  private static final long MILLI = 1_000_000;

  private final AnswerTime answerTime = new AnswerTime(new ControlledClock());

  @Test
  void nothingIsReservedBeforeAnythingIsMeasured() {
    assertThat(answerTime.reserveNanos(Long.MAX_VALUE)).isZero();
    assertThat(answerTime.reserveNanos(-1)).isZero();
  }

  @Test
  void whatTheSlowestAnswersTakeIsReservedAndForgottenSlowly() {
    for (int i = 0; i < 20; i++) {
      answerTime.learn(30 * MILLI);
    }
    assertThat(answerTime.reserveNanos(1_000 * MILLI)).isBetween(29 * MILLI, 30 * MILLI);
    answerTime.learn(0);
    assertThat(answerTime.reserveNanos(1_000 * MILLI)).isGreaterThan(29 * MILLI);
    for (int i = 0; i < 10_000; i++) {
      answerTime.learn(MILLI);
    }
    assertThat(answerTime.reserveNanos(1_000 * MILLI)).isBetween(MILLI, 2 * MILLI);
  }

  @Test
  void theFrontEndKeepsThreeQuarters() {
    for (int i = 0; i < 20; i++) {
      answerTime.learn(10_000 * MILLI);
    }
    assertThat(answerTime.reserveNanos(100 * MILLI)).isEqualTo(25 * MILLI);
    assertThat(answerTime.reserveNanos(0)).isZero();
  }
}
