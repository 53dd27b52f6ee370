package io.siskin.index.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Inner products of a query with one row of dense values.
 *
 * <p>Sums of floats depend on their order, so the order is part of the contract. There are {@link
 * #GROUP_LENGTH} partial sums. The product with the index {@code i} is added to the partial sum
 * {@code i mod GROUP_LENGTH}, in ascending order of indexes, and no product is fused with an
 * addition. At last {@link #fold} adds the partial sums. So every implementation and every vector
 * width gives the same bits. Sums of bytes are whole numbers and have no order.
 *
 * <p>Only one thread may use a kernel at a time, because it holds scratch memory. {@link
 * KernelProvider#newDenseKernel} makes kernels.
 */
public interface DenseKernel {
  /** The number of partial sums of floats. The length of a row is a multiple of it. */
  int GROUP_LENGTH = 32;

  /** The number of queries that {@link #dotBlock} takes at once. */
  int BLOCK_LENGTH = 16;

  /**
   * Returns the inner product of a row of f32.
   *
   * @param values the memory of the row
   * @param offset where the row begins, in bytes; any alignment, and a multiple of 64 is fastest
   * @param query the query, of {@code length} numbers or more
   * @param length the number of values of the row, a multiple of {@link #GROUP_LENGTH}. Values
   *     after the dimensions of the field are 0, in the row and in the query
   */
  float dotF32(MemorySegment values, long offset, float[] query, int length);

  /**
   * Returns the inner product of a row of f16, which are turned into f32 without a loss.
   *
   * @param values as for {@link #dotF32}
   * @param offset as for {@link #dotF32}
   * @param query as for {@link #dotF32}
   * @param length as for {@link #dotF32}
   */
  float dotF16(MemorySegment values, long offset, float[] query, int length);

  /**
   * Returns the inner product of a row of signed bytes.
   *
   * @param values as for {@link #dotF32}; 64 bytes after the row may be read
   * @param offset as for {@link #dotF32}
   * @param query whole numbers. 128 times the sum of their absolute values must fit an int
   * @param length the number of values of the row, a multiple of 64
   */
  int dotInt8(MemorySegment values, long offset, int[] query, int length);

  /**
   * Returns the inner products of a row of floats with a block of queries, each with the bits of
   * {@link #dotF32}. The sums of different queries are in different lanes, so nothing is added
   * across the lanes of a vector.
   *
   * @param row the row, of {@code length} numbers or more
   * @param queries {@code length} groups of {@link #BLOCK_LENGTH} numbers: the value {@code i} of
   *     the query {@code j} is at {@code i × BLOCK_LENGTH + j}
   * @param length the number of values of the row, a multiple of {@link #GROUP_LENGTH}
   * @param dots receives the inner product with each query
   */
  void dotBlock(float[] row, float[] queries, int length, float[] dots);

  /**
   * Reads a row of f16 as floats, without a loss.
   *
   * @param values as for {@link #dotF16}
   * @param offset as for {@link #dotF16}
   * @param row receives {@code length} numbers
   * @param length as for {@link #dotF16}
   */
  void widenF16(MemorySegment values, long offset, float[] row, int length);

  /**
   * Returns how many bits of a row differ from those of a query: their Hamming distance.
   *
   * @param values the memory of the row
   * @param offset where the row begins, in bytes; any alignment, and a multiple of 64 is fastest
   * @param query the bits of the query, the lowest bit of a number first
   * @param length the number of longs of the row, a multiple of 8. Bits after the dimensions of the
   *     field are 0, in the row and in the query
   */
  int unequalBits(MemorySegment values, long offset, long[] query, int length);

  /**
   * Counts the unequal bits of rows that follow one another, as the other {@code unequalBits} does
   * for one row.
   *
   * @param values the memory of the rows
   * @param offset where the first row begins, in bytes; a row has {@code 8 × length} bytes
   * @param query as above
   * @param length the number of longs of a row, a multiple of 8
   * @param rows how many rows, 0 or more
   * @param counts receives {@code rows} counts
   */
  void unequalBits(
      MemorySegment values, long offset, long[] query, int length, int rows, int[] counts);

  /**
   * Returns how many bits are set both in a row and in a query.
   *
   * @param values as for {@link #unequalBits}
   * @param offset as for {@link #unequalBits}
   * @param query as for {@link #unequalBits}
   * @param length as for {@link #unequalBits}
   */
  int commonBits(MemorySegment values, long offset, long[] query, int length);

  /**
   * Returns the gated inner product of a row of slices: a slice counts only where row and query
   * have the same index.
   *
   * @param values the memory of the row: {@code length} signed bytes, and then as many u16; 64
   *     bytes after the row may be read
   * @param offset where the row begins, in bytes
   * @param query whole numbers, by slice. 128 times the sum of their absolute values must fit an
   *     int
   * @param indexes the indexes of the query, by slice: 0 to 65,535
   * @param length the number of slices, a multiple of 64
   */
  int dotSlices(MemorySegment values, long offset, int[] query, int[] indexes, int length);

  /**
   * Adds partial sums. The upper half is added to the lower half, number by number, until one
   * number is left.
   *
   * @param sums {@link #GROUP_LENGTH} numbers, which are overwritten
   */
  static float fold(float[] sums) {
    int half = GROUP_LENGTH / 2;
    for (int i = 0; i < half; i++) {
      sums[i] += sums[i + half];
    }
    return foldHalf(sums);
  }

  /**
   * Adds partial sums whose upper half has been added to the lower half already. It is written
   * without a loop, since it is a large part of the time of a short row.
   *
   * @param sums numbers, of which the first {@link #GROUP_LENGTH} / 2 are read
   */
  static float foldHalf(float[] sums) {
    float even = (pair(sums, 0) + pair(sums, 4)) + (pair(sums, 2) + pair(sums, 6));
    float odd = (pair(sums, 1) + pair(sums, 5)) + (pair(sums, 3) + pair(sums, 7));
    return even + odd;
  }

  private static float pair(float[] sums, int index) {
    return sums[index] + sums[index + GROUP_LENGTH / 4];
  }
}
