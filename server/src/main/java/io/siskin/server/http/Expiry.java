package io.siskin.server.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs something when a time has passed that is set anew again and again. To set it costs nothing
 * while the new time is later than the one before, which it nearly always is. Used on its event
 * loop.
 */
final class Expiry {
  private static final long NEVER = Long.MAX_VALUE;

  private final EventLoop loop;
  private final Runnable expired;
  private long remainingUntil = NEVER;
  private long scheduledFor = NEVER;
  private @Nullable ScheduledFuture<?> scheduled;

  // Times are relative to it, so that they can be compared.
  private final long startNanoTime = System.nanoTime();

  /**
   * Creates an expiry that is not set.
   *
   * @param loop runs it
   * @param expired what runs when the time has passed
   */
  Expiry(EventLoop loop, Runnable expired) {
    this.loop = loop;
    this.expired = expired;
  }

  /**
   * Sets the time.
   *
   * @param delay from now
   */
  void in(Duration delay) {
    remainingUntil = now() + delay.toNanos();
    if (remainingUntil < scheduledFor) {
      schedule();
    }
  }

  /** Lets it never run, until it is set again. */
  void never() {
    remainingUntil = NEVER;
  }

  /** Ends it. */
  void close() {
    never();
    if (scheduled != null) {
      scheduled.cancel(false);
    }
    scheduledFor = 0;
  }

  private void schedule() {
    if (scheduled != null) {
      scheduled.cancel(false);
    }
    scheduledFor = remainingUntil;
    scheduled = loop.schedule(this::check, remainingUntil - now(), TimeUnit.NANOSECONDS);
  }

  private void check() {
    scheduledFor = NEVER;
    if (remainingUntil == NEVER) {
      return;
    }
    if (remainingUntil <= now()) {
      remainingUntil = NEVER;
      expired.run();
    } else {
      schedule();
    }
  }

  private long now() {
    return System.nanoTime() - startNanoTime;
  }
}
