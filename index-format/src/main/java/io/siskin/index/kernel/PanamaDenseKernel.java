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

  private static final int F16_MAGNITUDE = 0x7FFF;
  private static final int F16_SIGN = 0x8000;
  private static final int F16_MANTISSA_SHIFT = 13;
  private static final int F16_SIGN_SHIFT = 16;
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
   * Reads f16 as f32. The bits of the exponent and of the mantissa go to their places in f32. A
   * multiplication by a power of two then corrects the bias of the exponent, also for numbers that
   * are subnormal in f16.
   */
  private static FloatVector f16(MemorySegment values, long offset) {
    IntVector bits =
        (IntVector)
            ShortVector.fromMemorySegment(SHORTS, values, offset, ByteOrder.LITTLE_ENDIAN)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
    FloatVector magnitude =
        bits.and(F16_MAGNITUDE)
            .lanewise(VectorOperators.LSHL, F16_MANTISSA_SHIFT)
            .viewAsFloatingLanes()
            .mul(F16_EXPONENT_BIAS);
    IntVector sign = bits.and(F16_SIGN).lanewise(VectorOperators.LSHL, F16_SIGN_SHIFT);
    return magnitude.viewAsIntegralLanes().or(sign).viewAsFloatingLanes();
  }

  private static IntVector int8(MemorySegment values, long offset) {
    return (IntVector)
        ByteVector.fromMemorySegment(BYTES, values, offset, ByteOrder.LITTLE_ENDIAN)
            .convertShape(VectorOperators.B2I, INTS, 0);
  }
}
