package io.siskin.index.kernel;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;

/**
 * The scalar twin of the SIMD kernel. It handles one posting block after another, so it is easy to
 * check.
 */
final class ScalarSummaryKernel implements SummaryKernel {
  @Override
  public void addDense(MemorySegment lists, long row, int blockCount, int weight, int[] sums) {
    for (int block = 0; block < blockCount; block++) {
      sums[block] += weight * (lists.get(FileLayout.U8, row + block) & 0xFF);
    }
  }

  @Override
  public void addSparse(
      MemorySegment lists, long row, int entryCount, int numberLength, int weight, int[] sums) {
    long values = row + (long) entryCount * numberLength;
    for (int i = 0; i < entryCount; i++) {
      int block =
          numberLength == Byte.BYTES
              ? lists.get(FileLayout.U8, row + i) & 0xFF
              : lists.get(FileLayout.U16, row + 2L * i) & 0xFFFF;
      sums[block] += weight * (lists.get(FileLayout.U8, values + i) & 0xFF);
    }
  }

  @Override
  public int selectAtLeast(int[] sums, int blockCount, int minimum, int[] selected) {
    int count = 0;
    for (int block = 0; block < blockCount; block++) {
      if (sums[block] >= minimum) {
        selected[count++] = block;
      }
    }
    return count;
  }
}
