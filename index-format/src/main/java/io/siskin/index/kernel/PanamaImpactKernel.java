package io.siskin.index.kernel;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Scans and clears sums with vectors. Vectors cannot scatter bytes to memory, so postings are added
 * one by one. The loop has the form that the compiler optimises best. A loop that loads eight
 * postings at a time and shifts them takes 1.6 times as long (ADR 0009).
 */
final class PanamaImpactKernel implements ImpactKernel {
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, PanamaSpecies.shape(PanamaSpecies.BITS));
  private static final int LANES = BYTES.length();
  private static final int WINDOW_LENGTH = 1 << Character.SIZE;

  @Override
  public void add(
      MemorySegment postings, long documents, long impacts, int count, int weight, byte[] sums) {
    if (sums.length != WINDOW_LENGTH) {
      throw new IllegalArgumentException(sums.length + " sums, not " + WINDOW_LENGTH);
    }
    for (int i = 0; i < count; i++) {
      char document = postings.get(FileLayout.U16_CHAR, documents + 2L * i);
      int impact = postings.get(FileLayout.U8, impacts + i) & 0xFF;
      sums[document] = (byte) (sums[document] + ImpactKernel.contribution(weight, impact));
    }
  }

  @Override
  public int collect(byte[] sums, int from, int count, int floor, int[] out) {
    ByteVector zero = ByteVector.zero(BYTES);
    int found = 0;
    for (int i = from; i < from + count; i += LANES) {
      // Few sums reach the floor, so a loop over the set bits is faster than compressing vectors.
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
