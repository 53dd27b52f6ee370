package io.siskin.index.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The inner loops over impact-ordered posting lists: 8-bit sums, one a document of a window.
 *
 * <p>All implementations return the same. Stateless; safe to share. Memory arguments must be padded
 * views: up to 64 bytes beyond what is named may be read.
 */
public interface ImpactKernel {
  /** Bits that a product of weight and impact is shifted right by, with rounding, to be added. */
  int WEIGHT_SHIFT = 16;

  /** Arrays of sums are padded to a multiple of so many. */
  int SUMS_STEP = 64;

  /** Bits of a found document's sum in what {@link #collect} writes. */
  int SUM_BITS = 8;

  /**
   * Returns what a posting adds to a sum: their product over 65,536, rounded to the nearest.
   *
   * @param weight of the term, 0 to 65,536
   * @param impact 0 to 255
   */
  static int contribution(int weight, int impact) {
    return (weight * impact + (1 << (WEIGHT_SHIFT - 1))) >>> WEIGHT_SHIFT;
  }

  /**
   * Adds postings to sums.
   *
   * <p>Naively: {@code for (i < count) sums[u16(postings, documents + 2i)] += contribution(weight,
   * u8(postings, impacts + i))}.
   *
   * @param postings the lists
   * @param documents offset in bytes of the first local document number
   * @param impacts offset in bytes of the first impact
   * @param count how many postings
   * @param weight of the term, 0 to 65,536; the caller makes sure that no sum exceeds 255
   * @param sums 65,536 of them
   */
  void add(
      MemorySegment postings, long documents, long impacts, int count, int weight, byte[] sums);

  /**
   * Lists, ascending, the positions of the sums that reach a floor, and sets all sums to zero.
   *
   * <p>Naively: {@code for (from <= i < from + count) { if (sums[i] >= floor) out[n++] = i << 8 |
   * sums[i]; sums[i] = 0; }}.
   *
   * @param sums unsigned bytes
   * @param from the first of them, a multiple of {@link #SUMS_STEP}
   * @param count how many, a multiple of {@link #SUMS_STEP}
   * @param floor the smallest sum that counts, 1 to 255
   * @param out receives position and sum of each
   * @return how many there are
   */
  int collect(byte[] sums, int from, int count, int floor, int[] out);
}
