package io.siskin.server.encode.kernel;

import io.siskin.index.kernel.PanamaSpecies;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Four rows by two vectors of terms at a time: eight sums stay in registers, which is what hides
 * the latency of a multiplication and addition on two units; two loads of weights and four
 * broadcasts serve eight of them. Wider blocks (4 × 4, 5 × 4, 6 × 2, 6 × 3) are no faster where
 * there are 32 registers, and with 16 they would not fit.
 *
 * <p>Where rows are left over, the last one is taken twice: a maximum does not mind.
 */
final class PanamaProjectionKernel implements ProjectionKernel {
  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, PanamaSpecies.shape(PanamaSpecies.BITS));
  private static final int LANES = FLOATS.length();

  @Override
  public void raise(
      float[] panel,
      int size,
      float[] bias,
      int term,
      float[] hidden,
      int[] rows,
      int first,
      int end,
      float[] maxima) {
    for (int row = first; row < end; row += 4) {
      int a = rows[row];
      int b = rows[Math.min(row + 1, end - 1)];
      int c = rows[Math.min(row + 2, end - 1)];
      int d = rows[Math.min(row + 3, end - 1)];
      for (int v = 0; v < PANEL_TERMS; v += 2 * LANES) {
        raise(panel, v, size, bias, term + v, hidden, a, b, c, d, maxima);
      }
    }
  }

  /**
   * One block. In one method of more than 325 bytes of bytecode on purpose: C2 inlines no larger
   * one into its caller, so that the block always has the inlining budget for itself; without that
   * it boxed the sums as soon as a caller was hot, and took five times as long.
   */
  private static void raise(
      float[] panel,
      int from,
      int size,
      float[] bias,
      int term,
      float[] hidden,
      int a,
      int b,
      int c,
      int d,
      float[] maxima) {
    FloatVector a0 = FloatVector.fromArray(FLOATS, bias, term);
    FloatVector a1 = FloatVector.fromArray(FLOATS, bias, term + LANES);
    FloatVector b0 = a0;
    FloatVector b1 = a1;
    FloatVector c0 = a0;
    FloatVector c1 = a1;
    FloatVector d0 = a0;
    FloatVector d1 = a1;
    for (int h = 0; h < size; h++) {
      FloatVector w0 = FloatVector.fromArray(FLOATS, panel, PANEL_TERMS * h + from);
      FloatVector w1 = FloatVector.fromArray(FLOATS, panel, PANEL_TERMS * h + from + LANES);
      FloatVector unit = FloatVector.broadcast(FLOATS, hidden[a + h]);
      a0 = w0.fma(unit, a0);
      a1 = w1.fma(unit, a1);
      unit = FloatVector.broadcast(FLOATS, hidden[b + h]);
      b0 = w0.fma(unit, b0);
      b1 = w1.fma(unit, b1);
      unit = FloatVector.broadcast(FLOATS, hidden[c + h]);
      c0 = w0.fma(unit, c0);
      c1 = w1.fma(unit, c1);
      unit = FloatVector.broadcast(FLOATS, hidden[d + h]);
      d0 = w0.fma(unit, d0);
      d1 = w1.fma(unit, d1);
    }
    FloatVector max0 = FloatVector.fromArray(FLOATS, maxima, term);
    max0 = max0.blend(a0, a0.compare(VectorOperators.GT, max0));
    max0 = max0.blend(b0, b0.compare(VectorOperators.GT, max0));
    max0 = max0.blend(c0, c0.compare(VectorOperators.GT, max0));
    max0 = max0.blend(d0, d0.compare(VectorOperators.GT, max0));
    max0.intoArray(maxima, term);
    FloatVector max1 = FloatVector.fromArray(FLOATS, maxima, term + LANES);
    max1 = max1.blend(a1, a1.compare(VectorOperators.GT, max1));
    max1 = max1.blend(b1, b1.compare(VectorOperators.GT, max1));
    max1 = max1.blend(c1, c1.compare(VectorOperators.GT, max1));
    max1 = max1.blend(d1, d1.compare(VectorOperators.GT, max1));
    max1.intoArray(maxima, term + LANES);
  }
}
