package io.siskin.index.kernel;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;

/** The obviously right twin: one posting after another. */
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
}
