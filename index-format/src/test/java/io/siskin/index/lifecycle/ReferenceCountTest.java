package io.siskin.index.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReferenceCountTest {
  private final AtomicInteger ended = new AtomicInteger();
  private final ReferenceCount count = new ReferenceCount("the lamp", ended::incrementAndGet);

  @Test
  void theLastReferenceEndsIt() {
    assertThat(count.tryRetain()).isTrue();
    count.release();
    assertThat(ended).hasValue(0);
    count.release();
    assertThat(ended).hasValue(1);
  }

  @Test
  void whatHasEndedIsNeitherRetainedNorReleased() {
    count.release();
    for (int i = 0; i < 3; i++) {
      assertThat(count.tryRetain()).isFalse();
      assertThatThrownBy(count::release)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the lamp");
    }
    assertThat(ended).hasValue(1);
  }

  @Test
  void manyThreadsEndItOnce() throws InterruptedException {
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    AtomicInteger early = new AtomicInteger();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    awaitQuietly(start);
                    for (int round = 0; round < 10_000 && count.tryRetain(); round++) {
                      early.addAndGet(ended.get());
                      count.release();
                    }
                  }));
    }
    start.countDown();
    count.release();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(early).as("held after it had ended").hasValue(0);
    assertThat(ended).hasValue(1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
