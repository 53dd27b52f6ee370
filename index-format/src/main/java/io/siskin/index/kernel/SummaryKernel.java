package io.siskin.index.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Adds up the scores of all summaries of a list and selects the posting blocks to read. It adds the
 * rows of the query's terms one after another. {@link io.siskin.index.format.v1.ClusterLayout}
 * describes the rows.
 *
 * <p>Weights are the integer weights of a query. Their sum times 255 fits an int. Implementations
 * are safe for concurrent use.
 */
public interface SummaryKernel {
  /**
   * Adds a dense row.
   *
   * <p>The loop is {@code for (b < blockCount) sums[b] += weight * u8(lists, row + b)}.
   *
   * @param lists the list records. At least 64 bytes after the row may be read, so this must be a
   *     padded view
   * @param row the offset in bytes of the row
   * @param blockCount the number of posting blocks of the list
   * @param weight the query weight of the term of the row
   * @param sums the sums by posting block. Elements from {@code blockCount} onwards are not changed
   */
  void addDense(MemorySegment lists, long row, int blockCount, int weight, int[] sums);

  /**
   * Adds a sparse row. It has posting block numbers of one or two bytes and then the same number of
   * values.
   *
   * <p>The loop is {@code for (i < entryCount) sums[number(i)] += weight * u8(lists, row +
   * entryCount * numberLength + i)}.
   *
   * @param lists the list records
   * @param row the offset in bytes of the row
   * @param entryCount the number of entries of the row
   * @param numberLength the length of a posting block number in bytes, 1 or 2
   * @param weight the query weight of the term of the row
   * @param sums the sums by posting block
   */
  void addSparse(
      MemorySegment lists, long row, int entryCount, int numberLength, int weight, int[] sums);

  /**
   * Lists the posting blocks whose sum reaches a minimum, in ascending order.
   *
   * <p>The loop is {@code for (b < blockCount) if (sums[b] >= minimum) selected[n++] = b; return
   * n}.
   *
   * @param sums the sums by posting block
   * @param blockCount the number of posting blocks
   * @param minimum the smallest sum that is selected
   * @param selected receives block numbers. It must have at least {@code blockCount} elements
   * @return the number of selected blocks
   */
  int selectAtLeast(int[] sums, int blockCount, int minimum, int[] selected);
}
