package io.siskin.loadtest.load.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Checks that each call is counted once, from when it was due. */
final class CallLogTest {
  @Test
  void theFirstEndOfACallCounts() throws InterruptedException {
    CallLog log = new CallLog(Schedule.fixed(1, 2));
    log.start(System.nanoTime());
    log.ended(0, 4, 0);
    assertThat(log.outcome(0)).isEqualTo(CallLog.PLANNED);
    log.sent(0);
    log.sent(1);
    assertThat(log.inFlight()).isEqualTo(2);
    log.ended(0, 0, 77);
    log.ended(0, 4, 5);
    assertThat(log.isOk(0)).isTrue();
    assertThat(log.serverNanos(0)).isEqualTo(77);
    assertThat(log.inFlight()).isEqualTo(1);
    assertThat(log.await(1)).isFalse();
    log.ended(1, 8, 0);
    assertThat(log.outcome(1)).isEqualTo(CallLog.ENDED + 8);
    assertThat(log.isOk(1)).isFalse();
    assertThat(log.hasEnded(1)).isTrue();
    log.await();
  }

  @Test
  void aCallThatIsNotSentIsOver() throws InterruptedException {
    CallLog log = new CallLog(Schedule.fixed(1, 1));
    log.start(System.nanoTime());
    log.unsent(0);
    log.await();
    assertThat(log.isSent(0)).isFalse();
    assertThat(log.hasEnded(0)).isFalse();
    assertThat(log.inFlight()).isZero();
  }

  @Test
  void latenciesCountFromWhenACallWasDueAndNotFromWhenItWasSent() {
    CallLog log = new CallLog(Schedule.fixed(1_000, 0.002));
    // The schedule began a second ago, so both calls are that late.
    log.start(System.nanoTime() - 1_000_000_000);
    log.sent(1);
    log.ended(1, 0, 0);
    assertThat(log.sendLagNanos(1)).isGreaterThanOrEqualTo(999_000_000);
    assertThat(log.latencyNanos(1)).isGreaterThanOrEqualTo(log.sendLagNanos(1));
  }
}
