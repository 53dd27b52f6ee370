package io.siskin.index.kernel;

import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.ResidualLayout;
import java.lang.foreign.MemorySegment;

/**
 * The scalar twin of the SIMD kernel. It handles one posting after another, so it is easy to check.
 */
final class ScalarForwardKernel implements ForwardKernel {
  @Override
  public int dot(MemorySegment records, long terms, long impacts, int count, int[] page) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      int term = records.get(FileLayout.U16, terms + 2L * i) & 0xFFFF;
      sum += page[term] * (records.get(FileLayout.U8, impacts + i) & 0xFF);
    }
    return sum;
  }

  @Override
  public long refinedDot(
      MemorySegment records,
      long terms,
      long impacts,
      MemorySegment residuals,
      long residual,
      int count,
      int[] page) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      int term = records.get(FileLayout.U16, terms + 2L * i) & 0xFFFF;
      int impact = records.get(FileLayout.U8, impacts + i) & 0xFF;
      int left = (residuals.get(FileLayout.U8, residual + i) & 0xFF) - ResidualLayout.ZERO;
      sum += (long) page[term] * (impact * ResidualLayout.STEPS + left);
    }
    return sum;
  }
}
