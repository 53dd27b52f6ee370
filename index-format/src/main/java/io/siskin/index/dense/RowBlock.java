package io.siskin.index.dense;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Where the rows of a block of documents are. A list of documents is scored block by block: {@link
 * DenseField#locate} finds the rows of each document of a block, {@link #touch} reads a byte of
 * their cache lines, and then the rows are multiplied.
 *
 * <p>A row that is not in the cache costs a processor about a tenth of a microsecond. It waits for
 * several rows at once if it knows early where they are. So no row is multiplied before all of a
 * block are known.
 *
 * <p>Scratch memory of one thread.
 */
public final class RowBlock {
  /** The most documents of a block. */
  public static final int LENGTH = 64;

  private static final int CACHE_LINE = 64;

  /**
   * The most cache lines that are touched. Longer rows are left to the multiplication, whose loads
   * follow one another closely enough: rows of 1,536 bytes take 130 ns without touching and 213 ns
   * with it. Rows of 384 bytes take 120 and 70.
   */
  private static final int LINES_MAX = 12;

  private final MemorySegment[] rows = new MemorySegment[LENGTH];
  private final long[] offsets = new long[LENGTH];
  private final MemorySegment[] scales = new MemorySegment[LENGTH];
  private final long[] scaleOffsets = new long[LENGTH];
  private final int[] counts = new int[LENGTH];

  /** Never read: keeps the touching loads from being optimised away. */
  @SuppressWarnings("UnusedVariable")
  private byte touched;

  private int size;

  /** Makes a block without documents. */
  public RowBlock() {
    Arrays.fill(rows, MemorySegment.NULL);
    Arrays.fill(scales, MemorySegment.NULL);
  }

  /** Forgets all documents. */
  public void clear() {
    size = 0;
  }

  /** Returns how many documents there are, 0 to {@link #LENGTH}. */
  public int size() {
    return size;
  }

  /** Adds a document without a vector. There are fewer than {@link #LENGTH} documents. */
  public void addMissing() {
    counts[size++] = 0;
  }

  /**
   * Adds a document. There are fewer than {@link #LENGTH}.
   *
   * @param values the memory of its rows; 64 bytes after them may be read
   * @param offset where the first row begins, in bytes; the others follow
   * @param scaleMemory the memory of the scales or keys of the rows; not read where rows have
   *     neither
   * @param scalesOffset where the first scale is, in bytes; the others follow
   * @param count how many rows the document has, 1 or more
   */
  public void add(
      MemorySegment values, long offset, MemorySegment scaleMemory, long scalesOffset, int count) {
    rows[size] = values;
    offsets[size] = offset;
    scales[size] = scaleMemory;
    scaleOffsets[size] = scalesOffset;
    counts[size++] = count;
  }

  /**
   * Reads a byte of each of the first cache lines of each document: independent loads, which
   * overlap.
   *
   * @param type what the rows are
   */
  public void touch(DenseType type) {
    int lines = linesToTouch(type);
    if (lines == 0) {
      return;
    }
    byte mixed = 0;
    for (int i = 0; i < size; i++) {
      if (counts[i] > 0) {
        mixed ^= touch(rows[i], offsets[i], lines);
      }
    }
    if (type.hasMarks()) {
      for (int i = 0; i < size; i++) {
        if (counts[i] > 0) {
          mixed ^= scales[i].get(FileLayout.U8, scaleOffsets[i]);
        }
      }
    }
    touched = mixed;
  }

  /**
   * Reads a byte of each cache line of a row. What is returned must be kept somewhere, so that the
   * loads are not optimised away.
   *
   * @param memory the memory of the row
   * @param from where the row begins, in bytes
   * @param lines how many lines it has
   */
  public static byte touch(MemorySegment memory, long from, int lines) {
    byte mixed = 0;
    for (int line = 0; line < lines; line++) {
      mixed ^= memory.get(FileLayout.U8, from + (long) line * CACHE_LINE);
    }
    return mixed;
  }

  /**
   * Returns how many cache lines of a row are worth being read ahead (ADR 0049).
   *
   * @param type what the rows are
   * @return 0 for long rows
   */
  public static int linesToTouch(DenseType type) {
    int lines = type.rowBytes() / CACHE_LINE;
    return lines > LINES_MAX ? 0 : lines;
  }

  /** Returns how many rows a document has, 0 or more. */
  int count(int index) {
    assert index < size : index;
    return counts[index];
  }

  /** Returns the memory of the rows of a document. */
  MemorySegment rows(int index) {
    return rows[index];
  }

  /** Returns where the rows of a document begin. */
  long offset(int index) {
    return offsets[index];
  }

  /** Returns the memory of the scales of a document. */
  MemorySegment scales(int index) {
    return scales[index];
  }

  /** Returns where the scales of a document begin. */
  long scalesOffset(int index) {
    return scaleOffsets[index];
  }
}
