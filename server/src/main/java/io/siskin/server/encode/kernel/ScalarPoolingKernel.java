package io.siskin.server.encode.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link PoolingKernel} one logit at a time: the obviously right twin. */
final class ScalarPoolingKernel implements PoolingKernel {
  @Override
  public void raise(MemorySegment logits, long[] rows, int rowCount, int count, float[] maxima) {
    for (int row = 0; row < rowCount; row++) {
      for (int term = 0; term < count; term++) {
        float logit = logit(logits, rows[row], term);
        if (logit > maxima[term]) {
          maxima[term] = logit;
        }
      }
    }
  }

  @Override
  public void add(
      MemorySegment logits,
      long[] rows,
      int rowCount,
      int count,
      float floor,
      TermActivation activation,
      float[] sums) {
    for (int row = 0; row < rowCount; row++) {
      for (int term = 0; term < count; term++) {
        float logit = logit(logits, rows[row], term);
        if (logit > floor) {
          sums[term] += activation.apply(logit - floor);
        }
      }
    }
  }

  @Override
  public void raiseFocused(
      MemorySegment logits,
      long[] rows,
      int rowCount,
      int count,
      int focus,
      float floor,
      long[] heap,
      float[] maxima) {
    for (int row = 0; row < rowCount; row++) {
      int size = 0;
      for (int term = 0; term < count; term++) {
        float logit = logit(logits, rows[row], term);
        if (size < focus && logit > floor) {
          FocusHeap.add(heap, size++, FocusHeap.entry(logit, term));
        } else if (size == focus && logit > FocusHeap.least(heap)) {
          FocusHeap.replaceLeast(heap, size, FocusHeap.entry(logit, term));
        }
      }
      FocusHeap.raise(heap, size, maxima);
    }
  }

  @Override
  public int collect(float[] values, int count, float floor, int[] terms, float[] out) {
    int found = 0;
    for (int term = 0; term < count; term++) {
      if (values[term] > floor) {
        terms[found] = term;
        out[found++] = values[term];
      }
    }
    return found;
  }

  /** Returns a logit of a row. */
  static float logit(MemorySegment logits, long row, int term) {
    return logits.get(ValueLayout.JAVA_FLOAT_UNALIGNED, row + (long) Float.BYTES * term);
  }
}
