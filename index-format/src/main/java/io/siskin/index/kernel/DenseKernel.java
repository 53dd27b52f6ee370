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
