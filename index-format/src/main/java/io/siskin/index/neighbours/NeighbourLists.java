package io.siskin.index.neighbours;

/** A graph of neighbours on the heap. Used by one thread. */
public interface NeighbourLists {
  /** Returns the number of levels, with level 0. */
  int levelCount();

  /** Returns the row at which searches begin. It is in all levels. */
  int entryRow();

  /**
   * Returns the rows of a level above level 0, which ascend.
   *
   * @param level 1 to {@link #levelCount} − 1
   */
  int[] rows(int level);

  /**
   * Returns the neighbours of a row in a level, which ascend.
   *
   * @param level 0 to {@link #levelCount} − 1
   * @param row a row of the level
   */
  int[] neighbours(int level, int row);
}
