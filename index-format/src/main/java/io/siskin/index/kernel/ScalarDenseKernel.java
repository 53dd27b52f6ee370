package io.siskin.index.kernel;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The scalar twin of the SIMD kernel. It handles one value after another. */
final class ScalarDenseKernel implements DenseKernel {
  private final float[] sums = new float[GROUP_LENGTH];

  @Override
  public float dotF32(MemorySegment values, long offset, float[] query, int length) {
    Arrays.fill(sums, 0);
    for (int i = 0; i < length; i++) {
      float value = values.get(FileLayout.F32, offset + (long) Float.BYTES * i);
      sums[i % GROUP_LENGTH] += value * query[i];
    }
    return DenseKernel.fold(sums);
  }

  @Override
  public float dotF16(MemorySegment values, long offset, float[] query, int length) {
    Arrays.fill(sums, 0);
    for (int i = 0; i < length; i++) {
      short bits = values.get(FileLayout.U16, offset + (long) Short.BYTES * i);
      sums[i % GROUP_LENGTH] += Float.float16ToFloat(bits) * query[i];
    }
    return DenseKernel.fold(sums);
  }

  @Override
  public int dotInt8(MemorySegment values, long offset, int[] query, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += values.get(FileLayout.U8, offset + i) * query[i];
    }
    return sum;
  }

  @Override
  public void dotBlock(float[] row, float[] queries, int length, float[] dots) {
    for (int query = 0; query < BLOCK_LENGTH; query++) {
      Arrays.fill(sums, 0);
      for (int i = 0; i < length; i++) {
        sums[i % GROUP_LENGTH] += row[i] * queries[i * BLOCK_LENGTH + query];
      }
      dots[query] = DenseKernel.fold(sums);
    }
  }

  @Override
  public void widenF16(MemorySegment values, long offset, float[] row, int length) {
    for (int i = 0; i < length; i++) {
      row[i] = Float.float16ToFloat(values.get(FileLayout.U16, offset + (long) Short.BYTES * i));
    }
  }

  @Override
  public int unequalBits(MemorySegment values, long offset, long[] query, int length) {
    int count = 0;
    for (int i = 0; i < length; i++) {
      count += Long.bitCount(values.get(FileLayout.U64, offset + (long) Long.BYTES * i) ^ query[i]);
    }
    return count;
  }

  @Override
  public void unequalBits(
      MemorySegment values, long offset, long[] query, int length, int rows, int[] counts) {
    for (int row = 0; row < rows; row++) {
      counts[row] = unequalBits(values, offset + (long) Long.BYTES * length * row, query, length);
    }
  }

  @Override
  public int commonBits(MemorySegment values, long offset, long[] query, int length) {
    int count = 0;
    for (int i = 0; i < length; i++) {
      count += Long.bitCount(values.get(FileLayout.U64, offset + (long) Long.BYTES * i) & query[i]);
    }
    return count;
  }

  @Override
  public int dotSlices(MemorySegment values, long offset, int[] query, int[] indexes, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      short index = values.get(FileLayout.U16, offset + length + (long) Short.BYTES * i);
      if (Short.toUnsignedInt(index) == indexes[i]) {
        sum += values.get(FileLayout.U8, offset + i) * query[i];
      }
    }
    return sum;
  }
}
