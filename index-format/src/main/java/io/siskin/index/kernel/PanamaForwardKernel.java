package io.siskin.index.kernel;

import io.siskin.index.format.v1.ResidualLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Gathers the query weights of one vector of terms at a time and multiplies them with the impacts.
 *
 * <p>The last, partial vector is read as a whole, which is possible because the records are padded.
 * The lanes after the end of the run are masked to term 0 and impact 0. Each step has two vector
 * loads from memory. This is far below the inlining budget above which C2 boxes vectors.
 */
final class PanamaForwardKernel implements ForwardKernel {
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, PanamaSpecies.shape(PanamaSpecies.BITS));
  private static final int LANES = INTS.length();
  // A short has half the bits of an int, and a byte has a quarter. 128-bit ints would need 32-bit
  // byte vectors, which Java does not have. In this case the bytes are loaded as 64 bits, and only
  // the first lanes are used.
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, PanamaSpecies.shape(Math.max(64, PanamaSpecies.BITS / 2)));
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, PanamaSpecies.shape(Math.max(64, PanamaSpecies.BITS / 4)));

  /**
   * The array has LANES elements with all bits set and then LANES zeros. A vector that is read at
   * LANES − n masks all lanes except the first n.
   */
  private static final int[] MASKS = masks();

  /** The index map of a gather. The Vector API accepts only an array on the heap. */
  private final int[] indexMap = new int[LANES];

  @Override
  public int dot(MemorySegment records, long terms, long impacts, int count, int[] page) {
    int[] indexMap = this.indexMap;
    IntVector sums = IntVector.zero(INTS);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      terms(records, terms + 2L * i).intoArray(indexMap, 0);
      IntVector weights = IntVector.fromArray(INTS, page, 0, indexMap, 0);
      sums = sums.add(weights.mul(impacts(records, impacts + i)));
    }
    if (i < count) {
      IntVector mask = IntVector.fromArray(INTS, MASKS, LANES - (count - i));
      terms(records, terms + 2L * i).and(mask).intoArray(indexMap, 0);
      IntVector weights = IntVector.fromArray(INTS, page, 0, indexMap, 0);
      sums = sums.add(weights.mul(impacts(records, impacts + i).and(mask)));
    }
    return sums.reduceLanes(VectorOperators.ADD);
  }

  /**
   * This keeps three sums of ints and combines them at the end. The contract of the weights bounds
   * these sums.
   *
   * <p>Every step is masked, not only the last one. A second loop for whole vectors would raise the
   * number of loads to six. C2 inlines this method twice into its caller, and with so many loads it
   * may box all vectors from then on.
   */
  @Override
  public long refinedDot(
      MemorySegment records,
      long terms,
      long impacts,
      MemorySegment residuals,
      long residual,
      int count,
      int[] page) {
    int[] indexMap = this.indexMap;
    IntVector sums = IntVector.zero(INTS);
    IntVector residualSums = IntVector.zero(INTS);
    IntVector weightSums = IntVector.zero(INTS);
    for (int i = 0; i < count; i += LANES) {
      IntVector mask = IntVector.fromArray(INTS, MASKS, Math.max(0, i + LANES - count));
      terms(records, terms + 2L * i).and(mask).intoArray(indexMap, 0);
      IntVector weights = IntVector.fromArray(INTS, page, 0, indexMap, 0).and(mask);
      sums = sums.add(weights.mul(impacts(records, impacts + i)));
      residualSums = residualSums.add(weights.mul(impacts(residuals, residual + i)));
      weightSums = weightSums.add(weights);
    }
    return (long) ResidualLayout.STEPS * sums.reduceLanes(VectorOperators.ADD)
        + residualSums.reduceLanes(VectorOperators.ADD)
        - (long) ResidualLayout.ZERO * weightSums.reduceLanes(VectorOperators.ADD);
  }

  private static IntVector terms(MemorySegment records, long offset) {
    return (IntVector)
        ShortVector.fromMemorySegment(SHORTS, records, offset, ByteOrder.LITTLE_ENDIAN)
            .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
  }

  private static IntVector impacts(MemorySegment records, long offset) {
    return (IntVector)
        ByteVector.fromMemorySegment(BYTES, records, offset, ByteOrder.LITTLE_ENDIAN)
            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
  }

  private static int[] masks() {
    int[] masks = new int[2 * LANES];
    java.util.Arrays.fill(masks, 0, LANES, -1);
    return masks;
  }
}
