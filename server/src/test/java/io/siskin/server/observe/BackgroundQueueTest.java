package io.siskin.server.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.siskin.server.testing.CapturedLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BackgroundQueueTest {
  private final List<Integer> taken = new CopyOnWriteArrayList<>();

  @Test
  void thingsAreTakenInOrderAndAllBeforeTheEnd() {
    for (Duration pause : List.of(Duration.ZERO, Duration.ofMillis(1))) {
      taken.clear();
      try (BackgroundQueue<Integer> queue =
          new BackgroundQueue<>("test-queue", 1_024, pause, taken::add)) {
        for (int i = 0; i < 1_000; i++) {
          assertThat(queue.offer(i)).isTrue();
        }
      }
      assertThat(taken).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
    }
  }

  @Test
  void aQueueThatSleepsIsWoken() throws Exception {
    CountDownLatch three = new CountDownLatch(3);
    try (BackgroundQueue<Integer> queue =
        new BackgroundQueue<>("test-queue", 16, Duration.ZERO, _ -> three.countDown())) {
      for (int i = 0; i < 3; i++) {
        // It has gone to sleep by then, most likely.
        Thread.sleep(20);
        assertThat(queue.offer(i)).isTrue();
      }
      three.await();
    }
  }

  /** The one who offers returns at once, however long the other takes. */
  @Test
  void whatDoesNotFitIsLostAndCounted() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    BackgroundQueue<Integer> queue =
        new BackgroundQueue<>(
            "test-queue",
            16,
            Duration.ZERO,
            thing -> {
              entered.countDown();
              await(gate);
              taken.add(thing);
            });
    assertThat(queue.offer(0)).isTrue();
    entered.await();
    for (int i = 1; i <= 16; i++) {
      assertThat(queue.offer(i)).isTrue();
    }
    assertThat(queue.offer(17)).isFalse();
    assertThat(queue.offer(18)).isFalse();
    assertThat(queue.lost()).isEqualTo(2);
    gate.countDown();
    queue.close();
    assertThat(taken).hasSize(17).doesNotContain(17, 18);
    assertThat(queue.offer(19)).as("after the end").isFalse();
    assertThat(queue.lost()).isEqualTo(3);
  }

  private static void await(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void oneThingThatFailsIsLostAndToldOnce() {
    try (CapturedLog log = new CapturedLog("io.siskin.server.observe")) {
      BackgroundQueue<Integer> queue =
          new BackgroundQueue<>(
              "test-queue",
              16,
              Duration.ZERO,
              thing -> {
                if (thing % 2 == 1 || thing >= 10) {
                  throw new IllegalStateException("the disk is full");
                }
                taken.add(thing);
              });
      for (int i = 0; i < 14; i++) {
        assertThat(queue.offer(i)).isTrue();
      }
      queue.close();
      assertThat(taken).containsExactly(0, 2, 4, 6, 8);
      assertThat(queue.lost()).isEqualTo(9);
      // After each success the next failure is news again.
      assertThat(log.lines(Level.WARN)).hasSize(5);
    }
  }
}
