package io.siskin.index.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Multiplies two vectors of values at a time.
 *
 * <p>The partial sums of two vectors are kept in registers. With narrow vectors these are not all
 * partial sums, so a row is read in several passes, each of which reads another part of it. Every
 * step has two vector loads from memory. This is far below the inlining budget above which C2 boxes
 * vectors.
 */
final class PanamaDenseKernel implements DenseKernel {
  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, PanamaSpecies.shape(PanamaSpecies.BITS));
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, PanamaSpecies.shape(PanamaSpecies.BITS));
  // Java has no vectors of 32 bits. So 64 bits are loaded for four bytes, of which the first half
  // is used.
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, PanamaSpecies.shape(Math.max(64, PanamaSpecies.BITS / 2)));
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, PanamaSpecies.shape(Math.max(64, PanamaSpecies.BITS / 4)));
  private static final int LANES = FLOATS.length();
  private static final int STEP = 2 * LANES;
  private static final boolean IN_ONE_PASS = STEP == GROUP_LENGTH;

  private static final int F16_MANTISSA_SHIFT = 13;
  // The sign, five bits of the exponent and ten of the mantissa, at their places in f32.
  private static final int F16_BITS = 0x8FFF_E000;
  // The exponents of f32 and f16 are biased by 127 and 15.
  private static final float F16_EXPONENT_BIAS = 0x1p112f;

  private static final VectorSpecies<Long> LONGS =
      VectorSpecies.of(long.class, PanamaSpecies.shape(PanamaSpecies.BITS));

  // What is left of the partial sums after two foldings.
  private static final int QUARTERS = GROUP_LENGTH / 4;

  private final float[] sums = new float[GROUP_LENGTH];
  private final float[] quarters = new float[QUARTERS * LANES];

  @Override
  public float dotF32(MemorySegment values, long offset, float[] query, int length) {
    for (int first = 0; first < GROUP_LENGTH; first += STEP) {
      sumF32(values, offset, query, first, length);
    }
    return folded();
  }

  private void sumF32(MemorySegment values, long offset, float[] query, int first, int length) {
    FloatVector low = FloatVector.zero(FLOATS);
    FloatVector high = FloatVector.zero(FLOATS);
    for (int i = first; i < length; i += GROUP_LENGTH) {
      long at = offset + (long) Float.BYTES * i;
      low = low.add(f32(values, at).mul(FloatVector.fromArray(FLOATS, query, i)));
      high =
          high.add(
              f32(values, at + (long) Float.BYTES * LANES)
                  .mul(FloatVector.fromArray(FLOATS, query, i + LANES)));
    }
    put(low, high, first);
  }

  /** Keeps the sums of a pass. If it is the only one, the halves are added at once. */
  private void put(FloatVector low, FloatVector high, int first) {
    if (IN_ONE_PASS) {
      low.add(high).intoArray(sums, 0);
    } else {
      low.intoArray(sums, first);
      high.intoArray(sums, first + LANES);
    }
  }

  private float folded() {
    return IN_ONE_PASS ? DenseKernel.foldHalf(sums) : DenseKernel.fold(sums);
  }

  @Override
  public float dotF16(MemorySegment values, long offset, float[] query, int length) {
    for (int first = 0; first < GROUP_LENGTH; first += STEP) {
      sumF16(values, offset, query, first, length);
    }
    return folded();
  }

  private void sumF16(MemorySegment values, long offset, float[] query, int first, int length) {
    FloatVector low = FloatVector.zero(FLOATS);
    FloatVector high = FloatVector.zero(FLOATS);
    for (int i = first; i < length; i += GROUP_LENGTH) {
      long at = offset + (long) Short.BYTES * i;
      low = low.add(f16(values, at).mul(FloatVector.fromArray(FLOATS, query, i)));
      high =
          high.add(
              f16(values, at + (long) Short.BYTES * LANES)
                  .mul(FloatVector.fromArray(FLOATS, query, i + LANES)));
    }
    put(low, high, first);
  }

  @Override
  public int dotInt8(MemorySegment values, long offset, int[] query, int length) {
    IntVector low = IntVector.zero(INTS);
    IntVector high = IntVector.zero(INTS);
    for (int i = 0; i < length; i += STEP) {
      low = low.add(int8(values, offset + i).mul(IntVector.fromArray(INTS, query, i)));
      high =
          high.add(
              int8(values, offset + i + LANES).mul(IntVector.fromArray(INTS, query, i + LANES)));
    }
    return low.add(high).reduceLanes(VectorOperators.ADD);
  }

  /**
   * Each lane has a query of its own, so a step of {@link DenseKernel#fold} is an addition of
   * vectors. Four partial sums of all queries are in registers at a time.
   */
  @Override
  public void dotBlock(float[] row, float[] queries, int length, float[] dots) {
    for (int lane = 0; lane < BLOCK_LENGTH; lane += LANES) {
      for (int which = 0; which < QUARTERS; which++) {
        sumQuarter(row, queries, length, which, lane);
      }
      foldQuarters(dots, lane);
    }
  }

  private void sumQuarter(float[] row, float[] queries, int length, int which, int lane) {
    FloatVector first = FloatVector.zero(FLOATS);
    FloatVector second = FloatVector.zero(FLOATS);
    FloatVector third = FloatVector.zero(FLOATS);
    FloatVector fourth = FloatVector.zero(FLOATS);
    for (int i = which; i < length; i += GROUP_LENGTH) {
      int at = i * BLOCK_LENGTH + lane;
      first = first.add(query(queries, at).mul(row[i]));
      second = second.add(query(queries, at + QUARTERS * BLOCK_LENGTH).mul(row[i + QUARTERS]));
      third =
          third.add(query(queries, at + 2 * QUARTERS * BLOCK_LENGTH).mul(row[i + 2 * QUARTERS]));
      fourth =
          fourth.add(query(queries, at + 3 * QUARTERS * BLOCK_LENGTH).mul(row[i + 3 * QUARTERS]));
    }
    first.add(third).add(second.add(fourth)).intoArray(quarters, which * LANES);
  }

  private static FloatVector query(float[] queries, int at) {
    return FloatVector.fromArray(FLOATS, queries, at);
  }

  private void foldQuarters(float[] dots, int lane) {
    FloatVector even = quarterPair(0).add(quarterPair(2));
    FloatVector odd = quarterPair(1).add(quarterPair(3));
    even.add(odd).intoArray(dots, lane);
  }

  private FloatVector quarterPair(int which) {
    return query(quarters, which * LANES).add(query(quarters, (which + QUARTERS / 2) * LANES));
  }

  @Override
  public void widenF16(MemorySegment values, long offset, float[] row, int length) {
    for (int i = 0; i < length; i += LANES) {
      f16(values, offset + (long) Short.BYTES * i).intoArray(row, i);
    }
  }

  @Override
  public int unequalBits(MemorySegment values, long offset, long[] query, int length) {
    LongVector counts = LongVector.zero(LONGS);
    for (int i = 0; i < length; i += LONGS.length()) {
      LongVector row =
          LongVector.fromMemorySegment(
              LONGS, values, offset + (long) Long.BYTES * i, ByteOrder.LITTLE_ENDIAN);
      counts =
          counts.add(
              row.lanewise(VectorOperators.XOR, LongVector.fromArray(LONGS, query, i))
                  .lanewise(VectorOperators.BIT_COUNT));
    }
    return (int) counts.reduceLanes(VectorOperators.ADD);
  }

  @Override
  public void unequalBits(
      MemorySegment values, long offset, long[] query, int length, int rows, int[] counts) {
    if (length == LONGS.length()) {
      unequalBits(values, offset, LongVector.fromArray(LONGS, query, 0), rows, counts);
      return;
    }
    for (int row = 0; row < rows; row++) {
      counts[row] = unequalBits(values, offset + (long) Long.BYTES * length * row, query, length);
    }
  }

  /** The query is one vector, which stays in a register. */
  private static void unequalBits(
      MemorySegment values, long offset, LongVector query, int rows, int[] counts) {
    for (int row = 0; row < rows; row++) {
      counts[row] =
          (int)
              LongVector.fromMemorySegment(
                      LONGS,
                      values,
                      offset + (long) Long.BYTES * LONGS.length() * row,
                      ByteOrder.LITTLE_ENDIAN)
                  .lanewise(VectorOperators.XOR, query)
                  .lanewise(VectorOperators.BIT_COUNT)
                  .reduceLanes(VectorOperators.ADD);
    }
  }

  @Override
  public int commonBits(MemorySegment values, long offset, long[] query, int length) {
    LongVector counts = LongVector.zero(LONGS);
    for (int i = 0; i < length; i += LONGS.length()) {
      LongVector row =
          LongVector.fromMemorySegment(
              LONGS, values, offset + (long) Long.BYTES * i, ByteOrder.LITTLE_ENDIAN);
      counts =
          counts.add(
              row.and(LongVector.fromArray(LONGS, query, i)).lanewise(VectorOperators.BIT_COUNT));
    }
    return (int) counts.reduceLanes(VectorOperators.ADD);
  }

  @Override
  public int dotSlices(MemorySegment values, long offset, int[] query, int[] indexes, int length) {
    IntVector sum = IntVector.zero(INTS);
    for (int i = 0; i < length; i += LANES) {
      IntVector products = int8(values, offset + i).mul(IntVector.fromArray(INTS, query, i));
      VectorMask<Integer> same =
          u16(values, offset + length + (long) Short.BYTES * i)
              .compare(VectorOperators.EQ, IntVector.fromArray(INTS, indexes, i));
      sum = sum.add(products, same);
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  private static IntVector u16(MemorySegment values, long offset) {
    return (IntVector)
        ShortVector.fromMemorySegment(SHORTS, values, offset, ByteOrder.LITTLE_ENDIAN)
            .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
  }

  private static FloatVector f32(MemorySegment values, long offset) {
    return FloatVector.fromMemorySegment(FLOATS, values, offset, ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Reads f16 as f32. One shift brings the bits of the exponent and of the mantissa to their places
   * in f32. Copies of the sign are left and right of them, since the value was widened with its
   * sign; all but the leftmost are cleared. A multiplication by a power of two then corrects the
   * bias of the exponent, also for numbers that are subnormal in f16.
   */
  private static FloatVector f16(MemorySegment values, long offset) {
    return ((IntVector)
            ShortVector.fromMemorySegment(SHORTS, values, offset, ByteOrder.LITTLE_ENDIAN)
                .convertShape(VectorOperators.S2I, INTS, 0))
        .lanewise(VectorOperators.LSHL, F16_MANTISSA_SHIFT)
        .and(F16_BITS)
        .viewAsFloatingLanes()
        .mul(F16_EXPONENT_BIAS);
  }

  private static IntVector int8(MemorySegment values, long offset) {
    return (IntVector)
        ByteVector.fromMemorySegment(BYTES, values, offset, ByteOrder.LITTLE_ENDIAN)
            .convertShape(VectorOperators.B2I, INTS, 0);
  }
}
