package io.siskin.index.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Off-heap memory that grows and is freed as a whole. It consists of slabs. A piece of memory lies
 * in one slab, and a <em>reference</em> of 32 bits names it.
 *
 * <p>One thread allocates. Any number of threads may read at the same time: whoever has learnt a
 * reference through a safe publication may use it without a lock. Memory stays where it is until
 * {@link #close}. A read after that throws {@link IllegalStateException}.
 */
public final class SlabMemory implements AutoCloseable {
  /** Pieces begin at multiples of this number of bytes. */
  public static final int ALIGNMENT = 8;

  /** No piece has this reference. */
  public static final int NONE = 0;

  private static final AtomicLong OPEN = new AtomicLong();

  private static final int SLAB_SHIFT = 20;
  private static final int UNITS_SHIFT = SLAB_SHIFT - 3;
  private static final int UNITS_MASK = (1 << UNITS_SHIFT) - 1;
  private static final int FIRST_LENGTH = 1 << 14;
  private static final int LENGTH_MAX = 1 << SLAB_SHIFT;

  /** A longer piece gets a slab of its own, so that little is lost at the end of a slab. */
  private static final int SHARED_LENGTH_MAX = LENGTH_MAX / 8;

  private static final int SLAB_COUNT_MAX = 1 << (Integer.SIZE - UNITS_SHIFT);

  private final Arena arena = Arena.ofShared();
  private volatile MemorySegment[] slabs = new MemorySegment[0];
  private volatile long lengthBytes;

  /** The same, for the thread that allocates. */
  private long allocatedBytes;

  /** The slab that pieces are taken from, and how much of it is taken. */
  private int current = -1;

  private int used;
  private int nextLength = FIRST_LENGTH;

  /** Opens memory without a slab. */
  public SlabMemory() {
    OPEN.incrementAndGet();
  }

  /**
   * Takes a piece of memory, which is zeroed.
   *
   * @param length its bytes, 0 or more
   * @return its reference, not {@link #NONE}
   * @throws OutOfMemoryError when the system has no memory left. Nothing has changed then
   */
  public int allocate(int length) {
    int padded = Math.max(ALIGNMENT, (length + ALIGNMENT - 1) & -ALIGNMENT);
    if (padded > SHARED_LENGTH_MAX) {
      return addSlab(padded) << UNITS_SHIFT;
    }
    if (current < 0 || used + padded > slabs[current].byteSize()) {
      while (nextLength < padded + ALIGNMENT) {
        nextLength *= 2;
      }
      int slab = addSlab(nextLength);
      // The first piece of the first slab would have the reference 0.
      used = slab == 0 ? ALIGNMENT : 0;
      current = slab;
      nextLength = Math.min(2 * nextLength, LENGTH_MAX);
    }
    int reference = current << UNITS_SHIFT | used / ALIGNMENT;
    used += padded;
    return reference;
  }

  private int addSlab(int length) {
    int number = slabs.length;
    if (number == 0 && length > LENGTH_MAX / 8) {
      // Keeps the reference 0 free.
      addSlab(ALIGNMENT);
      number = 1;
    }
    if (number == SLAB_COUNT_MAX) {
      throw new IllegalStateException("more than " + SLAB_COUNT_MAX + " slabs of memory");
    }
    MemorySegment slab = arena.allocate(length, 64);
    MemorySegment[] grown = Arrays.copyOf(slabs, number + 1);
    grown[number] = slab;
    allocatedBytes += length;
    lengthBytes = allocatedBytes;
    slabs = grown;
    return number;
  }

  /**
   * Returns the slab that a piece is in.
   *
   * @param reference the reference of the piece
   */
  public MemorySegment slab(int reference) {
    return slabs[reference >>> UNITS_SHIFT];
  }

  /**
   * Returns where a piece begins in its {@link #slab}.
   *
   * @param reference the reference of the piece
   * @return an offset in bytes, a multiple of {@link #ALIGNMENT}
   */
  public static long offset(int reference) {
    return (long) (reference & UNITS_MASK) * ALIGNMENT;
  }

  /** Returns how many bytes all slabs have. Safe for concurrent use. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /** Frees the memory. It must be called exactly once. */
  @Override
  public void close() {
    arena.close();
    OPEN.decrementAndGet();
  }

  /**
   * Returns how many of these are open in this process. Tests assert that it returns to its earlier
   * value.
   */
  public static long openCount() {
    return OPEN.get();
  }
}
