package io.siskin.index.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The inner loops over impact-ordered posting lists. They compute 8-bit sums, one per document of a
 * window.
 *
 * <p>All implementations return the same results. They have no state and are safe for concurrent
 * use. Memory arguments must be padded views, because up to 64 bytes after the named range may be
 * read.
 */
public interface ImpactKernel {
  /**
   * The number of bits by which a product of weight and impact is shifted right, with rounding,
   * before it is added.
   */
  int WEIGHT_SHIFT = 16;

  /** The number of elements to a multiple of which arrays of sums are padded. */
  int SUMS_STEP = 64;

  /** The number of low bits that hold the sum in a result of {@link #collect}. */
  int SUM_BITS = 8;

  /**
   * Returns what a posting adds to a sum. This is weight × impact / 65,536, rounded to the nearest.
   *
   * @param weight the weight of the term, 0 to 65,536
   * @param impact 0 to 255
   */
  static int contribution(int weight, int impact) {
    return (weight * impact + (1 << (WEIGHT_SHIFT - 1))) >>> WEIGHT_SHIFT;
  }

  /**
   * Adds postings to sums.
   *
   * <p>The loop is {@code for (i < count) sums[u16(postings, documents + 2i)] +=
   * contribution(weight, u8(postings, impacts + i))}.
   *
   * @param postings the lists
   * @param documents the offset in bytes of the first local document number
   * @param impacts the offset in bytes of the first impact
   * @param count the number of postings
   * @param weight the weight of the term, 0 to 65,536. The caller makes sure that no sum exceeds
   *     255
   * @param sums the 65,536 sums of the window
   */
  void add(
      MemorySegment postings, long documents, long impacts, int count, int weight, byte[] sums);

  /**
   * Lists the positions of the sums that reach a floor, in ascending order, and sets all sums to
   * zero.
   *
   * <p>The loop is {@code for (from <= i < from + count) { if (sums[i] >= floor) out[n++] = i << 8
   * | sums[i]; sums[i] = 0; }}.
   *
   * @param sums the sums, as unsigned bytes
   * @param from the index of the first sum, a multiple of {@link #SUMS_STEP}
   * @param count the number of sums, a multiple of {@link #SUMS_STEP}
   * @param floor the smallest sum that is listed, 1 to 255
   * @param out receives the position and the sum of each listed one
   * @return the number of listed sums
   */
  int collect(byte[] sums, int from, int count, int floor, int[] out);
}
