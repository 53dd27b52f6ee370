package io.siskin.index.store;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Owns the mappings of one segment. Closing it unmaps the files. A view that is read afterwards
 * throws {@link IllegalStateException}. A read through a raw address (as in Agrona) would end the
 * JVM. So only the holder of the last reference may close it.
 *
 * <p>Several threads may use it.
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

  /** Unmaps all files. It must be called exactly once. */
  @Override
  public void close() {
    arena.close();
    OPEN.decrementAndGet();
  }

  /**
   * Returns the number of open mappings of this process. Tests assert that it returns to its
   * earlier value.
   */
  public static long openCount() {
    return OPEN.get();
  }
}
