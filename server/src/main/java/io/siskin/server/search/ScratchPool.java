package io.siskin.server.search;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keeps things that are costly to make for the next one who needs one. Takes no lock and allocates
 * nothing. What was given back last is mostly taken first, since it is in the caches.
 *
 * <p>Safe for concurrent use.
 *
 * @param <T> what is kept
 */
final class ScratchPool<T> {
  /** More than the searches that run at once, which the admission of requests bounds. */
  private static final int SLOTS = 64;

  private final AtomicReferenceArray<@Nullable T> idle = new AtomicReferenceArray<>(SLOTS);

  /** Returns something that was given back, or null when there is nothing. */
  @Nullable T take() {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (idle.get(slot) != null) {
        T taken = idle.getAndSet(slot, null);
        if (taken != null) {
          return taken;
        }
      }
    }
    return null;
  }

  /**
   * Adds up a size of everything that is kept now. It may be taken and used meanwhile.
   *
   * @param size the size of one thing
   */
  long sum(ToLongFunction<T> size) {
    long sum = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
      T kept = idle.get(slot);
      sum += kept == null ? 0 : size.applyAsLong(kept);
    }
    return sum;
  }

  /**
   * Keeps something. When the pool is full, it is dropped.
   *
   * @param unused what nobody uses any more
   */
  void giveBack(T unused) {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (idle.get(slot) == null && idle.compareAndSet(slot, null, unused)) {
        return;
      }
    }
  }
}
