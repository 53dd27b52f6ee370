package io.siskin.index.kernel;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adds dense rows and selects blocks with vectors. Sparse rows are added by scalar code that
 * handles several entries at the same time.
 *
 * <p>Vectors would not help with sparse rows. Most have only a few entries, and a scatter writes
 * its lanes one after another.
 */
final class PanamaSummaryKernel implements SummaryKernel {
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, PanamaSpecies.shape(PanamaSpecies.BITS));
  private static final int LANES = INTS.length();
  // A byte has a quarter of the bits of an int. Java has no 32-bit vectors. So with 128-bit ints,
  // 64 bits are loaded and only the first lanes are used.
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, PanamaSpecies.shape(Math.max(64, PanamaSpecies.BITS / 4)));

  @Override
  public void addDense(MemorySegment lists, long row, int blockCount, int weight, int[] sums) {
    int block = 0;
    for (; block <= blockCount - LANES; block += LANES) {
      IntVector values =
          (IntVector)
              ByteVector.fromMemorySegment(BYTES, lists, row + block, ByteOrder.LITTLE_ENDIAN)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      IntVector.fromArray(INTS, sums, block).add(values.mul(weight)).intoArray(sums, block);
    }
    for (; block < blockCount; block++) {
      sums[block] += weight * (lists.get(FileLayout.U8, row + block) & 0xFF);
    }
  }

  @Override
  public void addSparse(
      MemorySegment lists, long row, int entryCount, int numberLength, int weight, int[] sums) {
    long values = row + (long) entryCount * numberLength;
    if (numberLength == Byte.BYTES) {
      for (int i = 0; i < entryCount; i++) {
        sums[lists.get(FileLayout.U8, row + i) & 0xFF] +=
            weight * (lists.get(FileLayout.U8, values + i) & 0xFF);
      }
    } else {
      for (int i = 0; i < entryCount; i++) {
        sums[lists.get(FileLayout.U16, row + 2L * i) & 0xFFFF] +=
            weight * (lists.get(FileLayout.U8, values + i) & 0xFF);
      }
    }
  }

  @Override
  public int selectAtLeast(int[] sums, int blockCount, int minimum, int[] selected) {
    int count = 0;
    int block = 0;
    for (; block <= blockCount - LANES; block += LANES) {
      // Few blocks reach the minimum, so a loop over the set bits is faster than compressing
      // vectors.
      long reached =
          IntVector.fromArray(INTS, sums, block).compare(VectorOperators.GE, minimum).toLong();
      for (; reached != 0; reached &= reached - 1) {
        selected[count++] = block + Long.numberOfTrailingZeros(reached);
      }
    }
    for (; block < blockCount; block++) {
      if (sums[block] >= minimum) {
        selected[count++] = block;
      }
    }
    return count;
  }
}
