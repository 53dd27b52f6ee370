package io.siskin.server.rank.list;

import java.util.Arrays;

/**
 * Numbers positions from 0 in the order in which they come: a hash table of primitive numbers. Used
 * by one thread.
 */
public final class PositionSlots {
  /** What {@link #find} returns for a position that was not added. */
  public static final int ABSENT = -1;

  // The golden ratio, so that neighbours are spread.
  private static final int SPREAD = 0x9E3779B9;

  private final int[] slots;
  private final int[] positions;
  private final int shift;
  private int size;

  /**
   * Makes an empty table.
   *
   * @param countMax how many positions are added at most
   */
  public PositionSlots(int countMax) {
    int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(2 * countMax));
    this.slots = new int[1 << bits];
    Arrays.fill(slots, ABSENT);
    this.positions = new int[countMax];
    this.shift = Integer.SIZE - bits;
  }

  /** Makes a table of the positions of a list; the number of each is its rank. */
  public static PositionSlots of(Ranked list) {
    PositionSlots slots = new PositionSlots(list.size());
    for (int rank = 0; rank < list.size(); rank++) {
      slots.add(list.position(rank));
    }
    return slots;
  }

  /** Returns the number of a position, which is added when it is new. */
  public int add(int position) {
    int at = place(position);
    if (slots[at] == ABSENT) {
      positions[size] = position;
      slots[at] = size++;
    }
    return slots[at];
  }

  /** Returns the number of a position, or {@link #ABSENT}. */
  public int find(int position) {
    return slots[place(position)];
  }

  /** Returns how many positions there are. */
  public int size() {
    return size;
  }

  /** Returns a position by its number. */
  public int position(int number) {
    return positions[number];
  }

  private int place(int position) {
    int at = (position * SPREAD) >>> shift;
    while (slots[at] != ABSENT && positions[slots[at]] != position) {
      at = (at + 1) & (slots.length - 1);
    }
    return at;
  }
}
