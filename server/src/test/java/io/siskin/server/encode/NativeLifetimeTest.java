package io.siskin.server.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class NativeLifetimeTest {
  private final NativeLifetime lifetime = new NativeLifetime("the thing");
  private final AtomicInteger releases = new AtomicInteger();

  @Test
  void endingWaitsForTheCallsInProgress() throws Exception {
    CountDownLatch inside = new CountDownLatch(2);
    CountDownLatch leave = new CountDownLatch(1);
    AtomicBoolean usedAfterRelease = new AtomicBoolean();
    Runnable call =
        () ->
            lifetime.during(
                () -> {
                  inside.countDown();
                  awaitQuietly(leave);
                  usedAfterRelease.compareAndSet(false, releases.get() > 0);
                  return 1;
                });
    Thread one = Thread.ofPlatform().start(call);
    Thread other = Thread.ofPlatform().start(call);
    inside.await(); // both are inside at the same time
    Thread ending = Thread.ofPlatform().start(() -> lifetime.end(releases::incrementAndGet));
    assertThat(releases).hasValue(0);
    leave.countDown();
    for (Thread thread : new Thread[] {one, other, ending}) {
      thread.join();
    }
    assertThat(usedAfterRelease).isFalse();
    assertThat(releases).hasValue(1);
  }

  @Test
  void afterTheEndCallsAreRefusedAndNothingIsFreedTwice() {
    lifetime.end(releases::incrementAndGet);
    lifetime.end(releases::incrementAndGet);
    assertThat(releases).hasValue(1);
    assertThatThrownBy(() -> lifetime.during(() -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the thing is closed");
  }

  @Test
  void aCallThatFailsEndsItsUse() {
    assertThatThrownBy(
            () ->
                lifetime.during(
                    () -> {
                      throw new java.io.IOException("no");
                    }))
        .hasMessage("no");
    lifetime.end(releases::incrementAndGet); // would wait for ever for a use that did not end
    assertThat(releases).hasValue(1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
