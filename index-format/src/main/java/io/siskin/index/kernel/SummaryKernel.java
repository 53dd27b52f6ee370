package io.siskin.index.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Adds up the scores of all summaries of a list, one row of the query's terms after another, and
 * selects the posting blocks to read; see {@link io.siskin.index.format.v1.ClusterLayout} for the
 * rows.
 *
 * <p>Weights are a query's integer weights, whose sum times 255 fits an int. Safe for concurrent
 * use.
 */
public interface SummaryKernel {
  /**
   * Adds a dense row.
   *
   * <p>Naively: {@code for (b < blockCount) sums[b] += weight * u8(lists, row + b)}.
   *
   * @param lists the list records; at least 64 bytes beyond the row may be read, so it must be a
   *     padded view
   * @param row offset in bytes of the row
   * @param blockCount the list's posting blocks
   * @param weight the query's weight of the row's term
   * @param sums by posting block; entries beyond {@code blockCount} stay as they are
   */
  void addDense(MemorySegment lists, long row, int blockCount, int weight, int[] sums);

  /**
   * Adds a sparse row: posting block numbers of one or two bytes, then as many values.
   *
   * <p>Naively: {@code for (i < entryCount) sums[number(i)] += weight * u8(lists, row + entryCount
   * * numberLength + i)}.
   *
   * @param lists the list records
   * @param row offset in bytes of the row
   * @param entryCount the row's entries
   * @param numberLength bytes of a posting block's number: 1 or 2
   * @param weight the query's weight of the row's term
   * @param sums by posting block
   */
  void addSparse(
      MemorySegment lists, long row, int entryCount, int numberLength, int weight, int[] sums);

  /**
   * Lists the posting blocks whose sum reaches a minimum, ascending.
   *
   * <p>Naively: {@code for (b < blockCount) if (sums[b] >= minimum) selected[n++] = b; return n}.
   *
   * @param sums by posting block
   * @param blockCount how many there are
   * @param minimum the smallest sum that is selected
   * @param selected receives block numbers; at least {@code blockCount} long
   * @return how many were selected
   */
  int selectAtLeast(int[] sums, int blockCount, int minimum, int[] selected);
}
