package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StringListLayout;
import io.siskin.index.store.Section;

/** The mapped hash slots of a list: key → number. A view; safe for concurrent use. */
final class SlotTable {
  /** What look-ups return for a key that the list lacks. */
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

  /** Demands that the slots that are not free hold each number of the list once. */
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
   * Returns a number whose key may have this hash, or {@link #ABSENT} when there is no further one.
   * Whoever looks a key up compares it with each candidate; a callback for that would be an object
   * a term.
   *
   * @param probe how many candidates came before, 0 or more
   */
  int candidate(long hash, long probe) {
    // A full table cannot come from the builder; the bound keeps a crafted one from looping for
    // ever.
    return probe > mask ? ABSENT : slots.u32((hash + probe) & mask) - 1;
  }
}
