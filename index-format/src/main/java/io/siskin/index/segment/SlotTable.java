package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StringListLayout;
import io.siskin.index.store.Section;

/**
 * The mapped hash slots of a list. They lead from a key to its number in the list. It is a view of
 * mapped memory and is safe for concurrent use.
 */
final class SlotTable {
  /** The result of a look-up for a key that the list does not have. */
  static final int ABSENT = -1;

  private final Section slots;
  private final int size;
  private final long mask;

  SlotTable(Section slots, int size) throws CorruptSegmentException {
    long slotCount = StringListLayout.slotCount(size);
    slots.requireEncoding(FormatV1.ENCODING_PLAIN);
    slots.requireCount(slotCount);
    slots.requireLength(slotCount * Integer.BYTES);
    this.slots = slots;
    this.size = size;
    this.mask = slotCount - 1;
  }

  /** Checks that the used slots hold each number of the list exactly once. */
  void check() throws CorruptSegmentException {
    long[] seen = new long[size / Long.SIZE + 1];
    int used = 0;
    for (long slot = 0; slot <= mask; slot++) {
      int entry = slots.u32(slot);
      if (entry == 0) {
        continue;
      }
      int number = entry - 1;
      if (number < 0 || number >= size || (seen[number / Long.SIZE] >>> number & 1) != 0) {
        throw new CorruptSegmentException(
            slots.file(),
            slots.offset() + slot * Integer.BYTES,
            "a hash slot of 0 to " + size + ", each number once",
            Integer.toUnsignedString(entry));
      }
      seen[number / Long.SIZE] |= 1L << number;
      used++;
    }
    slots.require(used == size, size + " used hash slots", used);
  }

  /**
   * Returns a number whose key may have this hash, or {@link #ABSENT} if there is no other one. The
   * caller compares its key with the key of each candidate. There is no callback for this, because
   * it would need one object per term.
   *
   * @param probe the number of candidates that were returned before, 0 or more
   */
  int candidate(long hash, long probe) {
    // The builder never writes a full table. The bound ends the loop if a crafted file has one.
    return probe > mask ? ABSENT : slots.u32((hash + probe) & mask) - 1;
  }
}
