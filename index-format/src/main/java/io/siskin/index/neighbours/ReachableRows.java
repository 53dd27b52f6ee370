package io.siskin.index.neighbours;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The neighbours of rows in level 0, with links by which every row can be reached from the entry
 * row. The choice of diverse neighbours leaves a few rows that no row leads to, most of all among
 * equal vectors. Each of these is linked from one of its own neighbours, if there is room.
 *
 * <p>Used by one thread.
 */
final class ReachableRows {
  private static final int NONE = -1;

  private final IntFunction<int[]> given;
  private final int neighboursMax;
  private final Map<Integer, int[]> changed = new HashMap<>();
  private final BitSet reached;

  // By reached row: from where it was reached first. These links stay.
  private final int[] parents;
  private final int[] queue;

  // Rows before this one in the queue have no room for a link.
  private int fullEnd;
  private int queueEnd;

  /**
   * Takes the neighbours as they are.
   *
   * @param given returns the neighbours of a row, which ascend
   * @param rowCount the number of rows
   * @param neighboursMax how many neighbours a row may have, 1 or more
   */
  ReachableRows(IntFunction<int[]> given, int rowCount, int neighboursMax) {
    this.given = given;
    this.neighboursMax = neighboursMax;
    this.reached = new BitSet(rowCount);
    this.parents = new int[rowCount];
    this.queue = new int[rowCount];
  }

  /** Returns the neighbours of a row, which ascend. */
  int[] neighbours(int row) {
    int[] own = changed.get(row);
    return own == null ? given.apply(row) : own;
  }

  /**
   * Links rows until the entry row leads to all of them.
   *
   * @param entryRow the entry row
   */
  void connect(int entryRow) {
    reach(entryRow, NONE);
    for (int row = reached.nextClearBit(0);
        row < parents.length;
        row = reached.nextClearBit(row + 1)) {
      int host = host(row);
      link(host, row);
      reach(row, host);
    }
  }

  /** Follows all neighbours of a row that was reached just now. */
  private void reach(int row, int parent) {
    int next = queueEnd;
    add(row, parent);
    while (next < queueEnd) {
      int from = queue[next++];
      for (int neighbour : neighbours(from)) {
        if (!reached.get(neighbour)) {
          add(neighbour, from);
        }
      }
    }
  }

  private void add(int row, int parent) {
    reached.set(row);
    parents[row] = parent;
    queue[queueEnd++] = row;
  }

  /** Returns the row that gets a link to one which was not reached: near it, if there is room. */
  private int host(int row) {
    for (int neighbour : neighbours(row)) {
      if (reached.get(neighbour) && neighbours(neighbour).length < neighboursMax) {
        return neighbour;
      }
    }
    while (fullEnd < queueEnd && neighbours(queue[fullEnd]).length >= neighboursMax) {
      fullEnd++;
    }
    if (fullEnd < queueEnd) {
      return queue[fullEnd];
    }
    // All are full. Of all links, only one less than there are rows is needed to reach them.
    for (int i = 0; i < queueEnd; i++) {
      if (spare(queue[i]) != NONE) {
        return queue[i];
      }
    }
    throw new AssertionError("rows with one neighbour each");
  }

  private void link(int host, int row) {
    int[] before = neighbours(host);
    int[] after;
    if (before.length < neighboursMax) {
      after = Arrays.copyOf(before, before.length + 1);
      after[before.length] = row;
    } else {
      after = before.clone();
      after[spare(host)] = row;
    }
    Arrays.sort(after);
    changed.put(host, after);
  }

  /** Returns the index of a neighbour of a row that is reached on another way as well. */
  private int spare(int row) {
    int[] neighbours = neighbours(row);
    for (int i = neighbours.length - 1; i >= 0; i--) {
      if (parents[neighbours[i]] != row) {
        return i;
      }
    }
    return NONE;
  }
}
