package io.siskin.index.format.v2;

/**
 * The graphs of neighbours of dense vectors: one record per graph, in ascending order of the fields
 * of {@code dense.dat}. The arrays of all graphs follow each other in the same sections.
 *
 * <pre>
 * levels:      rows of level 1 | rows of level 2 | …
 * level rows:  level 1: row | row | …      level 2: row | …
 * upper:       level 1: neighbours of its first row | of its second row | …     level 2: …
 * base:        neighbours of row 0 | neighbours of row 1 | …
 * documents:   document of row 0 | document of row 1 | …
 * </pre>
 *
 * <p>The neighbours of a row are numbers of rows, which ascend, and then {@link #NO_NEIGHBOUR} up
 * to the width of the level.
 */
public final class NeighboursLayout {
  /** Offset in a graph's record of the number of its field in {@code dense.dat}, u32. */
  public static final int FIELD_OFFSET = 0;

  /** Offset in a graph's record of the number of neighbours it was built with, u32. */
  public static final int NEIGHBOURS_OFFSET = FIELD_OFFSET + Integer.BYTES;

  /** Offset in a graph's record of the width of the searches that built it, u32. */
  public static final int BUILD_WIDTH_OFFSET = NEIGHBOURS_OFFSET + Integer.BYTES;

  /** Offset in a graph's record of the number of its levels, with level 0, u32. */
  public static final int LEVEL_COUNT_OFFSET = BUILD_WIDTH_OFFSET + Integer.BYTES;

  /** Offset in a graph's record of the row at which searches begin, u32. */
  public static final int ENTRY_ROW_OFFSET = LEVEL_COUNT_OFFSET + Integer.BYTES;

  /** Offset in a graph's record of whether it has the documents of rows, u32: 0 or 1. */
  public static final int HAS_DOCUMENTS_OFFSET = ENTRY_ROW_OFFSET + Integer.BYTES;

  /** Length of a graph's record in bytes. */
  public static final int RECORD_LENGTH = HAS_DOCUMENTS_OFFSET + Integer.BYTES;

  /** Stands where a row has no further neighbour. As an unsigned number it is above all rows. */
  public static final int NO_NEIGHBOUR = -1;

  /** The width of a level is a multiple of this number of neighbours: of a cache line. */
  public static final int WIDTH_GROUP = 16;

  private NeighboursLayout() {}

  /**
   * Returns the width of a level: how many numbers stand for the neighbours of one row.
   *
   * @param neighbours the number of neighbours that the graph was built with
   * @param level the level, 0 or more
   */
  public static int width(int neighbours, int level) {
    int used = neighboursMax(neighbours, level);
    return (used + WIDTH_GROUP - 1) / WIDTH_GROUP * WIDTH_GROUP;
  }

  /**
   * Returns how many neighbours a row of a level has at most.
   *
   * @param neighbours the number of neighbours that the graph was built with
   * @param level the level, 0 or more
   */
  public static int neighboursMax(int neighbours, int level) {
    return level == 0 ? 2 * neighbours : neighbours;
  }
}
