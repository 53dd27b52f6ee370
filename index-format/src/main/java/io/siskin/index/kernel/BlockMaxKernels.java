package io.siskin.index.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The inner loops over block-max posting lists. All implementations return the same results,
 * because every result is an integer or comes from a comparison that the caller makes safe.
 *
 * <p>Implementations have no state and are safe for concurrent use. All memory arguments must be
 * padded views, because up to 64 bytes after the named range may be read.
 */
public interface BlockMaxKernels {
  /** The number of document blocks of a superblock. */
  int BLOCKS = 16;

  /** The number of entries to a multiple of which row sections and arrays of bounds are padded. */
  int ROW_STEP = 16;

  /**
   * Adds a scaled row of superblock maxima to bounds.
   *
   * <p>The loop is {@code for (i < count) bounds[from + i] += weight * u8(maxima, offset + i)}.
   *
   * @param maxima the rows
   * @param offset the offset in bytes of the first maximum
   * @param count the number of maxima, a multiple of {@link #ROW_STEP}
   * @param weight the weight of the term. No bound may overflow an int
   * @param bounds the bounds to which the products are added
   * @param from the index of the first bound
   */
  void addSuperblockMaxima(
      MemorySegment maxima, long offset, int count, int weight, int[] bounds, int from);

  /**
   * Adds the scaled 8-bit document-block maxima of some superblocks to bounds.
   *
   * <p>The loop is {@code for (i < count) for (b < 16) bounds[16i + b] += weight * u8(entries, row
   * + 24 * superblocks[i] + b)}.
   *
   * @param entries the rows of entries
   * @param row offset in bytes of the term's row
   * @param superblocks which superblocks
   * @param count how many of them
   * @param weight the term's weight; no bound may exceed an int
   * @param bounds are added to, 16 a superblock
   */
  void addBlockMaxima(
      MemorySegment entries, long row, int[] superblocks, int count, int weight, int[] bounds);

  /**
   * Adds the scaled 4-bit document-block maxima of some superblocks to bounds.
   *
   * <p>The loop is {@code for (i < count) for (b < 16) bounds[16i + b] += weight *
   * superblockMaximum(e) * (u64(entries, e) >>> packedShift(b) & 15)}, where {@code e} is the entry
   * {@code row + 16 * superblocks[i]}.
   *
   * @param entries the rows of entries
   * @param row offset in bytes of the term's row
   * @param superblocks which superblocks
   * @param count how many of them
   * @param weight the term's weight; no bound may exceed an int
   * @param bounds are added to, 16 a superblock
   */
  void addPackedBlockMaxima(
      MemorySegment entries, long row, int[] superblocks, int count, int weight, int[] bounds);

  /**
   * Returns which of 16 bounds reach a threshold. Bit {@code b} is set if {@code bounds[from + b]
   * >= threshold}.
   *
   * @param bounds the bounds, 0 or more
   * @param from the index of the first of the 16 bounds
   * @param threshold the smallest bound that counts
   */
  int atLeast(int[] bounds, int from, int threshold);

  /**
   * Finds the largest bound of each group of 16.
   *
   * <p>The loop is {@code for (i < count) out[i] = max(bounds[16i], …, bounds[16i + 15])}.
   *
   * @param bounds the bounds
   * @param count the number of groups
   * @param out receives the largest bound of each group
   */
  void largest(int[] bounds, int count, int[] out);

  /**
   * Lists the positions of the values in a range, in ascending order.
   *
   * <p>The loop is {@code for (i < count) if (least <= values[i] && values[i] < below) out[n++] =
   * i}.
   *
   * @param values the values
   * @param count the number of values, a multiple of {@link #ROW_STEP}
   * @param least the smallest value of the range
   * @param below the smallest value above the range
   * @param out receives the positions
   * @return the number of positions
   */
  int select(int[] values, int count, int least, int below, int[] out);

  /**
   * Adds the postings of dense lists to the sums of some superblocks' documents.
   *
   * <p>For each list {@code l} and each row {@code r}, let {@code n} and {@code at} be the number
   * and the place of the list's postings in the superblock of the row. The loop is then {@code for
   * (i < n) if (firsts[r] <= u8(postings, at + i) <= lasts[r]) sums[r * rowLength + u8(postings, at
   * + i)] += weights[l] * u8(postings, at + n + i)}. An entry whose maxima have no bit in common
   * with the masks of the row is skipped.
   *
   * @param entries the rows of entries
   * @param maximumBits the number of bits of a document-block maximum, 4 or 8
   * @param postings the postings of the dense lists
   * @param lists the dense lists of the query
   * @param rows the superblocks and the sums
   * @return the number of postings that were added
   */
  int addPostings(
      MemorySegment entries,
      int maximumBits,
      MemorySegment postings,
      DenseLists lists,
      ScoreRows rows);

  /**
   * Lists the documents whose sum times scale reaches a threshold, in float arithmetic.
   *
   * <p>The loop is {@code for (i < count) if ((float) sums[from + i] * f32(scales, 4 * (document +
   * i)) >= threshold) out[n++] = i}.
   *
   * @param sums the sums
   * @param from the index of the first sum
   * @param scales the document scales
   * @param document the number of the document that the first sum belongs to
   * @param count the number of sums, a multiple of 4
   * @param threshold the smallest product that counts
   * @param out receives positions, 0 to {@code count} − 1, in ascending order
   * @return the number of positions
   */
  int candidates(
      int[] sums,
      int from,
      MemorySegment scales,
      long document,
      int count,
      float threshold,
      int[] out);
}
