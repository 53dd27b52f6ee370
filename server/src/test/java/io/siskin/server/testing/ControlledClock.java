package io.siskin.server.testing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock that stands still until a test moves it on. Safe for concurrent use. */
public final class ControlledClock implements LongSupplier {
  private final AtomicLong nanoTime = new AtomicLong(1_000_000_000);

  /** Returns the time in nanoseconds. */
  @Override
  public long getAsLong() {
    return nanoTime.get();
  }

  /** Moves the clock on. */
  public void advance(Duration by) {
    nanoTime.addAndGet(by.toNanos());
  }
}
