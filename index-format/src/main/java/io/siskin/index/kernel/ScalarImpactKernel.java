package io.siskin.index.kernel;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;

/**
 * The scalar twin of the SIMD kernel. It handles one posting and one sum at a time, so it is easy
 * to check.
 */
final class ScalarImpactKernel implements ImpactKernel {
  @Override
  public void add(
      MemorySegment postings, long documents, long impacts, int count, int weight, byte[] sums) {
    for (int i = 0; i < count; i++) {
      int document = postings.get(FileLayout.U16, documents + 2L * i) & 0xFFFF;
      int impact = postings.get(FileLayout.U8, impacts + i) & 0xFF;
      sums[document] += (byte) ImpactKernel.contribution(weight, impact);
    }
  }

  @Override
  public int collect(byte[] sums, int from, int count, int floor, int[] out) {
    int found = 0;
    for (int i = from; i < from + count; i++) {
      int sum = sums[i] & 0xFF;
      if (sum >= floor) {
        out[found++] = i << SUM_BITS | sum;
      }
      sums[i] = 0;
    }
    return found;
  }
}
