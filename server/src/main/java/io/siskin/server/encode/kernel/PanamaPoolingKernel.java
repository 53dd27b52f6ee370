package io.siskin.server.encode.kernel;

import io.siskin.index.kernel.PanamaSpecies;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Maxima are raised by four rows at a time, so that a maximum is loaded and stored once for four
 * logits. A comparison and a blend, not {@link FloatVector#max}: Java's maximum of floats knows NaN
 * and the sign of zero, which takes five instructions.
 *
 * <p>Where logits must be treated one by one, the few that exceed the floor are walked bit by bit.
 */
final class PanamaPoolingKernel implements PoolingKernel {
  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, PanamaSpecies.shape(PanamaSpecies.BITS));
  private static final int LANES = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  @Override
  public void raise(MemorySegment logits, long[] rows, int rowCount, int count, float[] maxima) {
    int row = 0;
    for (; row <= rowCount - 4; row += 4) {
      raise(logits, rows[row], rows[row + 1], rows[row + 2], rows[row + 3], count, maxima);
    }
    for (; row < rowCount; row++) {
      raise(logits, rows[row], count, maxima);
    }
  }

  private static void raise(
      MemorySegment logits, long a, long b, long c, long d, int count, float[] maxima) {
    int term = 0;
    for (; term <= count - LANES; term += LANES) {
      long at = (long) Float.BYTES * term;
      // One after another, in the order of the rows, so that a NaN hides no logit of another row.
      FloatVector before = FloatVector.fromArray(FLOATS, maxima, term);
      FloatVector first = larger(larger(before, vector(logits, a + at)), vector(logits, b + at));
      FloatVector all = larger(larger(first, vector(logits, c + at)), vector(logits, d + at));
      all.intoArray(maxima, term);
    }
    raiseRest(logits, a, term, count, maxima);
    raiseRest(logits, b, term, count, maxima);
    raiseRest(logits, c, term, count, maxima);
    raiseRest(logits, d, term, count, maxima);
  }

  private static void raise(MemorySegment logits, long row, int count, float[] maxima) {
    int term = 0;
    for (; term <= count - LANES; term += LANES) {
      FloatVector before = FloatVector.fromArray(FLOATS, maxima, term);
      larger(before, vector(logits, row + (long) Float.BYTES * term)).intoArray(maxima, term);
    }
    raiseRest(logits, row, term, count, maxima);
  }

  private static void raiseRest(
      MemorySegment logits, long row, int from, int count, float[] maxima) {
    for (int term = from; term < count; term++) {
      float logit = logit(logits, row, term);
      if (logit > maxima[term]) {
        maxima[term] = logit;
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
      for (int term = 0; term < count; term += LANES) {
        for (long above = above(logits, rows[row], term, count, floor);
            above != 0;
            above &= above - 1) {
          int at = term + Long.numberOfTrailingZeros(above);
          float logit = logit(logits, rows[row], at);
          sums[at] += activation.apply(logit - floor);
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
      int size = focus(logits, rows[row], count, focus, floor, heap);
      FocusHeap.raise(heap, size, maxima);
    }
  }

  /** Fills the heap with the largest logits of a row and returns how many there are. */
  private static int focus(
      MemorySegment logits, long row, int count, int focus, float floor, long[] heap) {
    int size = 0;
    float least = floor;
    for (int term = 0; term < count; term += LANES) {
      // Most logits are far below: they are passed over four vectors at a time.
      while (term <= count - 4 * LANES && !anyAbove(logits, row, term, least)) {
        term += 4 * LANES;
      }
      if (term >= count) {
        break;
      }
      for (long above = above(logits, row, term, count, least); above != 0; above &= above - 1) {
        int at = term + Long.numberOfTrailingZeros(above);
        float logit = logit(logits, row, at);
        if (size < focus) {
          FocusHeap.add(heap, size++, FocusHeap.entry(logit, at));
        } else if (logit > least) {
          // The least rises while the bits are walked, so each is looked at again.
          FocusHeap.replaceLeast(heap, size, FocusHeap.entry(logit, at));
        }
        least = size < focus ? floor : FocusHeap.least(heap);
      }
    }
    return size;
  }

  private static boolean anyAbove(MemorySegment logits, long row, int term, float floor) {
    long at = row + (long) Float.BYTES * term;
    long step = (long) Float.BYTES * LANES;
    return vector(logits, at)
        .compare(VectorOperators.GT, floor)
        .or(vector(logits, at + step).compare(VectorOperators.GT, floor))
        .or(vector(logits, at + 2 * step).compare(VectorOperators.GT, floor))
        .or(vector(logits, at + 3 * step).compare(VectorOperators.GT, floor))
        .anyTrue();
  }

  @Override
  public int collect(float[] values, int count, float floor, int[] terms, float[] out) {
    int found = 0;
    int term = 0;
    for (; term <= count - LANES; term += LANES) {
      // Few terms are left of a vocabulary, so walking the set bits beats compressing vectors.
      long above =
          FloatVector.fromArray(FLOATS, values, term).compare(VectorOperators.GT, floor).toLong();
      for (; above != 0; above &= above - 1) {
        int at = term + Long.numberOfTrailingZeros(above);
        terms[found] = at;
        out[found++] = values[at];
      }
    }
    for (; term < count; term++) {
      if (values[term] > floor) {
        terms[found] = term;
        out[found++] = values[term];
      }
    }
    return found;
  }

  /** Returns a bit a lane: which of the logits from a term on exceed the floor. */
  private static long above(MemorySegment logits, long row, int term, int count, float floor) {
    if (term <= count - LANES) {
      return vector(logits, row + (long) Float.BYTES * term)
          .compare(VectorOperators.GT, floor)
          .toLong();
    }
    long above = 0;
    for (int at = term; at < count; at++) {
      if (logit(logits, row, at) > floor) {
        above |= 1L << (at - term);
      }
    }
    return above;
  }

  private static float logit(MemorySegment logits, long row, int term) {
    return logits.get(ValueLayout.JAVA_FLOAT_UNALIGNED, row + (long) Float.BYTES * term);
  }

  private static FloatVector vector(MemorySegment logits, long offset) {
    return FloatVector.fromMemorySegment(FLOATS, logits, offset, ORDER);
  }

  /** Returns the larger of each lane; where the second is NaN, the first. */
  private static FloatVector larger(FloatVector first, FloatVector second) {
    return first.blend(second, second.compare(VectorOperators.GT, first));
  }
}
