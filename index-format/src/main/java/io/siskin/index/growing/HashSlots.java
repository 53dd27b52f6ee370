package io.siskin.index.growing;

import io.siskin.index.store.SlabMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * A hash table that leads from the hash of a key to numbers whose keys may have it. It uses open
 * addressing with linear probing. A slot is a u32 that holds a number + 1, or 0 if it is free.
 *
 * <p>One thread writes, and readers take no lock. What the writer has written before it puts a
 * number is visible to a reader that finds the number. A table that is full is copied to a larger
 * one. Readers that still probe the smaller one miss only numbers that were put later.
 */
final class HashSlots {
  /** What {@link Table#number} returns when no further number has the hash. */
  static final int ABSENT = -1;

  private static final int FIRST_SLOTS = 1 << 8;
  private static final VarHandle SLOT = ValueLayout.JAVA_INT.varHandle();

  /** Gives the hash of the key of a number. */
  @FunctionalInterface
  interface Hashes {
    long of(int number);
  }

  /** A table of one size. Immutable but for its slots. */
  static final class Table {
    private final MemorySegment slab;
    private final long offset;
    private final int mask;

    private Table(MemorySegment slab, long offset, int mask) {
      this.slab = slab;
      this.offset = offset;
      this.mask = mask;
    }

    /**
     * Returns a number whose key may have a hash, or {@link #ABSENT} if there is no other one.
     *
     * @param probe how many numbers were returned before, 0 or more
     */
    int number(long hash, int probe) {
      return (int) SLOT.getAcquire(slab, at(hash, probe)) - 1;
    }

    private long at(long hash, int probe) {
      return offset + ((long) (((int) hash + probe) & mask) << 2);
    }

    private void set(long hash, int probe, int number) {
      SLOT.setRelease(slab, at(hash, probe), number + 1);
    }
  }

  private final SlabMemory memory;
  private volatile Table table;
  private int used;

  HashSlots(SlabMemory memory) {
    this.memory = memory;
    this.table = newTable(FIRST_SLOTS);
  }

  /** Returns the table to look up one key in. */
  Table table() {
    return table;
  }

  /**
   * Puts a number, of which no key equals the key of another one.
   *
   * @param hashes gives the hashes of the numbers that were put before
   */
  void put(long hash, int number, Hashes hashes) {
    if (used >= (table.mask + 1) / 4 * 3) {
      Table larger = newTable(2 * (table.mask + 1));
      Table smaller = table;
      for (int slot = 0; slot <= smaller.mask; slot++) {
        int moved = smaller.number(0, slot);
        if (moved >= 0) {
          insert(larger, hashes.of(moved), moved);
        }
      }
      table = larger;
    }
    insert(table, hash, number);
    used++;
  }

  /** Puts a number in the place of another one that has an equal key. */
  void replace(long hash, int number, int by) {
    Table present = table;
    int probe = 0;
    while (present.number(hash, probe) != number) {
      probe++;
    }
    present.set(hash, probe, by);
  }

  private static void insert(Table into, long hash, int number) {
    int probe = 0;
    while (into.number(hash, probe) != ABSENT) {
      probe++;
    }
    into.set(hash, probe, number);
  }

  private Table newTable(int slots) {
    int reference = memory.allocate(slots * Integer.BYTES);
    return new Table(memory.slab(reference), SlabMemory.offset(reference), slots - 1);
  }
}
