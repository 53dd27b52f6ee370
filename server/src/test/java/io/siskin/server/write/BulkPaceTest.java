package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Works and rests on a clock of its own. */
final class BulkPaceTest {
  private static final long MILLI = 1_000_000;

  private final AtomicLong clock = new AtomicLong();
  private final AtomicBoolean searchesWait = new AtomicBoolean(true);
  private final BulkPace pace = new BulkPace(clock::get, clock::addAndGet);

  @Test
  void whileSearchesAlwaysWaitATenthOfTheTimeIsLeft() {
    pace.follow(searchesWait::get);
    long worked = 0;
    for (int i = 0; i < 1_000; i++) {
      long work = (i % 50 + 1) * MILLI;
      worked += work;
      pace.paced(() -> clock.addAndGet(work)).run();
    }
    assertThat(100.0 * worked / clock.get()).isBetween(10.0, 10.1);
  }

  @Test
  void aLongPieceOfWorkIsNotRestedForInProportion() {
    pace.follow(searchesWait::get);
    pace.rest(60_000 * MILLI);
    assertThat(clock.get()).isEqualTo(500 * MILLI);
  }

  @Test
  void nothingRestsWhenNoSearchWaits() {
    searchesWait.set(false);
    pace.follow(searchesWait::get);
    pace.rest(100 * MILLI);
    assertThat(clock.get()).isZero();
    new BulkPace(clock::get, clock::addAndGet).rest(100 * MILLI);
    assertThat(clock.get()).isZero();
  }

  @Test
  void aRestEndsWhenTheLastSearchIsServed() {
    pace.follow(() -> clock.get() < 7 * MILLI);
    pace.rest(100 * MILLI);
    assertThat(clock.get()).isEqualTo(7 * MILLI);
  }
}
