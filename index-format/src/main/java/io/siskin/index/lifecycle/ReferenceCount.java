package io.siskin.index.lifecycle;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the references to something that is shared and ends it with the last one. The one who
 * makes it holds the first reference.
 *
 * <p>Safe for concurrent use; takes no lock.
 */
public final class ReferenceCount {
  private final String what;
  private final Runnable end;
  private final AtomicInteger held = new AtomicInteger(1);

  /**
   * Makes a count of one reference.
   *
   * @param what what is counted, for messages: for example {@code segment 00ab…}
   * @param end closes it; run once, on the thread that gives the last reference back
   */
  public ReferenceCount(String what, Runnable end) {
    this.what = what;
    this.end = end;
  }

  /**
   * Takes another reference.
   *
   * @return false when the last reference has been given back already: what was counted has ended
   */
  public boolean tryRetain() {
    while (true) {
      int count = held.get();
      if (count == 0) {
        return false;
      }
      if (held.compareAndSet(count, count + 1)) {
        return true;
      }
    }
  }

  /**
   * Gives a reference back; the last one ends what is counted.
   *
   * @throws IllegalStateException when none is held any more
   */
  public void release() {
    // Never below zero: a count that an error has left at −1 would let tryRetain revive it.
    int count = held.getAndUpdate(before -> Math.max(0, before - 1));
    if (count == 0) {
      throw new IllegalStateException(what + " was released more often than it was retained");
    }
    if (count == 1) {
      end.run();
    }
  }
}
