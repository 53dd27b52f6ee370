package io.siskin.index.kernel;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums are scanned and cleared a vector at a time. Memory cannot be scattered to by vectors, so
 * postings are added one by one, but loaded eight at a time.
 */
final class PanamaImpactKernel implements ImpactKernel {
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, PanamaSpecies.shape(PanamaSpecies.BITS));
  private static final int LANES = BYTES.length();
  private static final int HALF = 1 << (WEIGHT_SHIFT - 1);
  private static final int STEP = Long.BYTES;

  @Override
  public void add(
      MemorySegment postings, long documents, long impacts, int count, int weight, byte[] sums) {
    int i = 0;
    for (; i <= count - STEP; i += STEP) {
      long impact = postings.get(FileLayout.U64, impacts + i);
      addFour(postings.get(FileLayout.U64, documents + 2L * i), impact, weight, sums);
      addFour(
          postings.get(FileLayout.U64, documents + 2L * i + Long.BYTES),
          impact >>> Integer.SIZE,
          weight,
          sums);
    }
    for (; i < count; i++) {
      int document = postings.get(FileLayout.U16, documents + 2L * i) & 0xFFFF;
      int impact = postings.get(FileLayout.U8, impacts + i) & 0xFF;
      sums[document] += (byte) ((weight * impact + HALF) >>> WEIGHT_SHIFT);
    }
  }

  private static void addFour(long documents, long impacts, int weight, byte[] sums) {
    sums[(int) documents & 0xFFFF] +=
        (byte) ((weight * ((int) impacts & 0xFF) + HALF) >>> WEIGHT_SHIFT);
    sums[(int) (documents >>> 16) & 0xFFFF] +=
        (byte) ((weight * ((int) (impacts >>> 8) & 0xFF) + HALF) >>> WEIGHT_SHIFT);
    sums[(int) (documents >>> 32) & 0xFFFF] +=
        (byte) ((weight * ((int) (impacts >>> 16) & 0xFF) + HALF) >>> WEIGHT_SHIFT);
    sums[(int) (documents >>> 48)] +=
        (byte) ((weight * ((int) (impacts >>> 24) & 0xFF) + HALF) >>> WEIGHT_SHIFT);
  }

  @Override
  public int collect(byte[] sums, int from, int count, int floor, int[] out) {
    ByteVector zero = ByteVector.zero(BYTES);
    int found = 0;
    for (int i = from; i < from + count; i += LANES) {
      // Few sums reach the floor, so walking the set bits beats compressing vectors.
      long reached =
          ByteVector.fromArray(BYTES, sums, i).compare(VectorOperators.UGE, (byte) floor).toLong();
      for (; reached != 0; reached &= reached - 1) {
        int at = i + Long.numberOfTrailingZeros(reached);
        out[found++] = at << SUM_BITS | (sums[at] & 0xFF);
      }
      zero.intoArray(sums, i);
    }
    return found;
  }
}
