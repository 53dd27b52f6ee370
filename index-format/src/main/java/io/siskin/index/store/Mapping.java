package io.siskin.index.store;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Owns the mappings of one segment. Closing it unmaps: a view read afterwards throws {@link
 * IllegalStateException}, and a raw-address view (Agrona) kills the JVM, so only the holder of the
 * last reference may close.
 *
 * <p>Safe for use by several threads.
 */
public final class Mapping implements AutoCloseable {
  private static final AtomicLong OPEN = new AtomicLong();

  private final Arena arena = Arena.ofShared();

  /** Opens an empty owner. */
  public Mapping() {
    OPEN.incrementAndGet();
  }

  Arena arena() {
    return arena;
  }

  /** Unmaps everything; exactly once. */
  @Override
  public void close() {
    arena.close();
    OPEN.decrementAndGet();
  }

  /**
   * Returns how many mappings of this process are open: tests assert that it comes back to what it
   * was.
   */
  public static long openCount() {
    return OPEN.get();
  }
}
