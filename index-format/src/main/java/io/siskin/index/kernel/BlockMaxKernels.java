package io.siskin.index.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The inner loops over block-max posting lists. Every result is an integer, or is compared in a way
 * that its caller makes safe, so all implementations return the same.
 *
 * <p>Stateless; safe for concurrent use. All memory arguments must be padded views: up to 64 bytes
 * beyond what is named may be read.
 */
public interface BlockMaxKernels {
  /** Document blocks of a superblock. */
  int BLOCKS = 16;

  /** Row sections and arrays of bounds are padded to a multiple of so many entries. */
  int ROW_STEP = 16;

  /**
   * Adds a scaled row of superblock maxima to bounds.
   *
   * <p>Naively: {@code for (i < count) bounds[from + i] += weight * u8(maxima, offset + i)}.
   *
   * @param maxima the rows
   * @param offset offset in bytes of the first maximum
   * @param count how many, a multiple of {@link #ROW_STEP}
   * @param weight the term's weight; no bound may exceed an int
   * @param bounds are added to
   * @param from where in the bounds
   */
  void addSuperblockMaxima(
      MemorySegment maxima, long offset, int count, int weight, int[] bounds, int from);

  /**
   * Adds the scaled 8-bit document-block maxima of some superblocks to bounds.
   *
   * <p>Naively: {@code for (i < count) for (b < 16) bounds[16i + b] += weight * u8(entries, row +
   * 24 * superblocks[i] + b)}.
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
   * <p>Naively: {@code for (i < count) for (b < 16) bounds[16i + b] += weight *
   * superblockMaximum(e) * (u64(entries, e) >>> packedShift(b) & 15)}, {@code e} being the entry
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
   * Returns which of 16 bounds reach a threshold: bit {@code b} is set if {@code bounds[from + b]
   * >= threshold}.
   *
   * @param bounds non-negative
   * @param from the first of the 16
   * @param threshold the smallest bound that counts
   */
  int atLeast(int[] bounds, int from, int threshold);

  /**
   * Finds the largest of each 16 bounds.
   *
   * <p>Naively: {@code for (i < count) out[i] = max(bounds[16i], …, bounds[16i + 15])}.
   *
   * @param bounds the bounds
   * @param count how many sixteens
   * @param out receives their largest
   */
  void largest(int[] bounds, int count, int[] out);

  /**
   * Lists, ascending, the positions of the values in a range.
   *
   * <p>Naively: {@code for (i < count) if (least <= values[i] && values[i] < below) out[n++] = i}.
   *
   * @param values the values
   * @param count how many, a multiple of {@link #ROW_STEP}
   * @param least the smallest value that counts
   * @param below the smallest value above the range
   * @param out receives the positions
   * @return how many there are
   */
  int select(int[] values, int count, int least, int below, int[] out);

  /**
   * Adds the postings of dense lists to the sums of some superblocks' documents.
   *
   * <p>Naively, for each list {@code l} and each row {@code r}, {@code n} and {@code at} being
   * count and place of the list's postings in the row's superblock: {@code for (i < n) if
   * (firsts[r] <= u8(postings, at + i) <= lasts[r]) sums[r * rowLength + u8(postings, at + i)] +=
   * weights[l] * u8(postings, at + n + i)}. An entry whose maxima have no bit in common with the
   * row's masks is passed over.
   *
   * @param entries the rows of entries
   * @param maximumBits of a document-block maximum, 4 or 8
   * @param postings the lists
   * @param lists the query's dense lists
   * @param rows which superblocks, and the sums
   * @return how many postings were added
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
   * <p>Naively: {@code for (i < count) if ((float) sums[from + i] * f32(scales, 4 * (document + i))
   * >= threshold) out[n++] = i}.
   *
   * @param sums the sums
   * @param from the first of them
   * @param scales the document scales
   * @param document the number of the document whose sum is the first
   * @param count how many, a multiple of 4
   * @param threshold the smallest product that counts
   * @param out receives positions, 0 to {@code count} − 1, ascending
   * @return how many there are
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
