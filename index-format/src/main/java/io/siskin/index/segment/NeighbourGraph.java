package io.siskin.index.segment;

import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v2.NeighboursLayout;
import java.lang.foreign.MemorySegment;

/**
 * The graph of neighbours of a dense field of a mapped segment. The rows of each level are a part
 * of those of the level below; level 0 has all of them. From the entry row, the neighbours in level
 * 0 lead to every row.
 *
 * <p>It is a view of mapped memory and is safe for concurrent use.
 */
public final class NeighbourGraph {
  private final MappedDenseField field;
  private final Parameters parameters;
  private final Arrays arrays;
  private final int[] levelRows;
  private final long[] levelRowsOffsets;
  private final long[] upperOffsets;
  private final int documentCount;

  /**
   * What the record of a graph says.
   *
   * @param neighbours how many neighbours it was built with
   * @param buildWidth the width of the searches that built it
   * @param levelCount its levels, with level 0
   * @param entryRow the row at which searches begin
   * @param hasDocuments whether the documents of rows are stored
   */
  record Parameters(
      int neighbours, int buildWidth, int levelCount, int entryRow, boolean hasDocuments) {}

  /**
   * Where the arrays of a graph are.
   *
   * @param levelRows the rows of the levels of all graphs
   * @param levelRowsOffset where those of this graph begin, in bytes
   * @param upper the neighbours in the upper levels of all graphs
   * @param upperOffset where those of this graph begin, in bytes
   * @param base the neighbours in level 0 of all graphs
   * @param baseOffset where those of this graph begin, in bytes
   * @param documents the documents of the rows of all graphs
   * @param documentsOffset where those of this graph begin, in bytes
   */
  record Arrays(
      MemorySegment levelRows,
      long levelRowsOffset,
      MemorySegment upper,
      long upperOffset,
      MemorySegment base,
      long baseOffset,
      MemorySegment documents,
      long documentsOffset) {}

  /**
   * Opens the view.
   *
   * @param field the field
   * @param parameters the record
   * @param levelRows by level: the number of its rows
   * @param arrays where the arrays are; they are as long as the numbers say
   * @param documentCount the number of documents of the segment
   */
  NeighbourGraph(
      MappedDenseField field,
      Parameters parameters,
      int[] levelRows,
      Arrays arrays,
      int documentCount) {
    this.field = field;
    this.parameters = parameters;
    this.levelRows = levelRows;
    this.arrays = arrays;
    this.documentCount = documentCount;
    this.levelRowsOffsets = new long[levelRows.length];
    this.upperOffsets = new long[levelRows.length];
    long rows = arrays.levelRowsOffset;
    long upper = arrays.upperOffset;
    for (int level = 1; level < levelRows.length; level++) {
      levelRowsOffsets[level] = rows;
      upperOffsets[level] = upper;
      rows += (long) Integer.BYTES * levelRows[level];
      upper += (long) Integer.BYTES * width(level) * levelRows[level];
    }
  }

  /** Returns the field whose vectors the rows are. */
  public MappedDenseField field() {
    return field;
  }

  /** Returns the number of documents of the segment. */
  public int documentCount() {
    return documentCount;
  }

  /** Returns how many neighbours the graph was built with, 2 to 64. */
  public int neighbours() {
    return parameters.neighbours;
  }

  /** Returns the width of the searches that built the graph, 2 to 1,000. */
  public int buildWidth() {
    return parameters.buildWidth;
  }

  /** Returns the number of levels, with level 0. */
  public int levelCount() {
    return parameters.levelCount;
  }

  /** Returns the number of the row at which searches begin. It is in all levels. */
  public int entryRow() {
    return parameters.entryRow;
  }

  /** Returns whether the documents of rows are stored; else the row i is of document i. */
  public boolean hasDocuments() {
    return parameters.hasDocuments;
  }

  /**
   * Returns the number of rows of a level.
   *
   * @param level 0 to {@link #levelCount} − 1
   */
  public int rowCount(int level) {
    return levelRows[level];
  }

  /**
   * Returns how many numbers the neighbours of a row take.
   *
   * @param level 0 to {@link #levelCount} − 1
   */
  public int width(int level) {
    return NeighboursLayout.width(parameters.neighbours, level);
  }

  /**
   * Returns a row of a level above level 0.
   *
   * @param level 1 to {@link #levelCount} − 1
   * @param place 0 to the rows of the level − 1
   */
  public int row(int level, int place) {
    return arrays.levelRows.get(
        FileLayout.U32, levelRowsOffsets[level] + (long) Integer.BYTES * place);
  }

  /**
   * Returns the place of a row in a level.
   *
   * @param level 0 to {@link #levelCount} − 1
   * @param row the number of the row
   * @return its place; −1 when the level does not have it
   */
  public int place(int level, int row) {
    if (level == 0) {
      return row;
    }
    int low = 0;
    int high = levelRows[level] - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int found = row(level, middle);
      if (found == row) {
        return middle;
      }
      if (found < row) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /**
   * Reads the neighbours of a row.
   *
   * @param level 0 to {@link #levelCount} − 1
   * @param place the place of the row in the level; in level 0 its number
   * @param neighbours receives {@link #width} numbers. Those that are no rows stand for none
   */
  public void neighbours(int level, int place, int[] neighbours) {
    int width = width(level);
    MemorySegment.copy(
        level == 0 ? arrays.base : arrays.upper,
        FileLayout.U32,
        (level == 0 ? arrays.baseOffset : upperOffsets[level])
            + (long) Integer.BYTES * width * place,
        neighbours,
        0,
        width);
  }

  /**
   * Returns the document of a row.
   *
   * @param row its number
   * @return 0 to the number of documents − 1; −1 if the file, which was not verified, names another
   */
  public int document(int row) {
    int document =
        parameters.hasDocuments
            ? arrays.documents.get(
                FileLayout.U32, arrays.documentsOffset + (long) Integer.BYTES * row)
            : row;
    return Integer.compareUnsigned(document, documentCount) < 0 ? document : -1;
  }
}
