package io.siskin.server.app.terminal;

import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * How long a stage will go on, from how quickly it has gone since its first step. What comes before
 * that step, such as loading a model, says nothing about the rest. There is no estimate before a
 * hundredth of the work has been measured, or a minute of it.
 *
 * <p>Safe for concurrent use.
 */
final class RemainingTime {
  private static final double SHARE_MIN = 0.01;
  private static final long NANOS_MIN = TimeUnit.MINUTES.toNanos(1);

  private final long total;
  private long firstDone;
  private long firstNanoTime;
  private long done;

  /**
   * Begins a stage.
   *
   * @param total how many pieces of work it has; 0 or less where that is not known
   */
  RemainingTime(long total) {
    this.total = total;
  }

  /**
   * Takes a step into account.
   *
   * @param newDone how many pieces are done by now
   * @param nanoTime now
   */
  synchronized void advance(long newDone, long nanoTime) {
    if (done == 0) {
      firstDone = newDone;
      firstNanoTime = nanoTime;
    }
    done = newDone;
  }

  /**
   * Returns how long the rest will take, in seconds; empty where that cannot be told yet.
   *
   * @param nanoTime now
   */
  synchronized OptionalDouble seconds(long nanoTime) {
    long measured = done - firstDone;
    long nanos = nanoTime - firstNanoTime;
    boolean isEnough = measured >= SHARE_MIN * total || nanos >= NANOS_MIN;
    if (total <= 0 || measured <= 0 || !isEnough) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(Math.max(0, total - done) * (nanos / 1e9) / measured);
  }
}
