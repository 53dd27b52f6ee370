package io.siskin.server.rpc.transport;

import java.util.function.LongSupplier;

/**
 * Lets one line of a kind into the log per interval and counts those that it holds back, so that a
 * client that fails in a loop cannot fill the disk. Safe for concurrent use.
 */
public final class LineLimit {
  /** What {@link #take} returns for a line that must not be written. */
  public static final long HELD_BACK = -1;

  private final long intervalNanos;
  private final LongSupplier nanoTime;
  private long heldBack;
  private long lastNanoTime;
  private boolean used;

  /**
   * Makes a limit.
   *
   * @param intervalNanos how far apart two lines are at least, in nanoseconds
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  public LineLimit(long intervalNanos, LongSupplier nanoTime) {
    this.intervalNanos = intervalNanos;
    this.nanoTime = nanoTime;
  }

  /**
   * Asks whether a line may be written.
   *
   * @return how many lines were held back since the last one that was written; {@link #HELD_BACK}
   *     when this one is held back too
   */
  public synchronized long take() {
    long now = nanoTime.getAsLong();
    if (used && now - lastNanoTime < intervalNanos) {
      heldBack++;
      return HELD_BACK;
    }
    used = true;
    lastNanoTime = now;
    long before = heldBack;
    heldBack = 0;
    return before;
  }
}
