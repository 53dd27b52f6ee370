package io.siskin.server.http;

import java.util.concurrent.atomic.AtomicLong;

/** Counts the bytes that all connections of a server hold in memory. Safe for concurrent use. */
final class ByteBudget {
  private final long bytesMax;
  private final AtomicLong held = new AtomicLong();

  /**
   * Creates a budget.
   *
   * @param bytesMax the most bytes at a time
   */
  ByteBudget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /**
   * Takes some.
   *
   * @param bytes how many, 0 or more
   * @return whether there was room; if not, nothing was taken
   */
  boolean take(long bytes) {
    if (held.addAndGet(bytes) <= bytesMax) {
      return true;
    }
    held.addAndGet(-bytes);
    return false;
  }

  /**
   * Gives some back.
   *
   * @param bytes how many of those that were taken
   */
  void giveBack(long bytes) {
    held.addAndGet(-bytes);
  }

  /** Returns the most that can be taken. */
  long max() {
    return bytesMax;
  }

  /** Returns how many are taken. */
  long held() {
    return held.get();
  }
}
