package io.siskin.index.build;

import static io.siskin.index.format.v1.BlockMaxLayout.BLOCKS_PER_SUPERBLOCK;
import static io.siskin.index.format.v1.BlockMaxLayout.MAXIMUM_MAX;
import static io.siskin.index.format.v1.BlockMaxLayout.PACKED_MAXIMUM_MAX;

import io.siskin.index.build.BlockMaxStage.EncodedList;
import io.siskin.index.build.BlockMaxStage.EncodedRows;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.BlockMaxLayout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Encodes block-max posting lists one after another. {@link BlockMaxLayout} describes the bytes.
 * Each thread has its own encoder.
 *
 * <p>The maxima are safe upper bounds. An effective weight is an 8-bit integer times a float, and a
 * maximum is an integer of at most 12 bits times a float. A double holds both exactly, so {@link
 * #ceiling} compares exact values.
 */
final class BlockMaxListEncoder {
  private final InvertedPostings inverted;
  private final int superblockSize;
  private final int superblockShift;
  private final int blockShift;
  private final int maximumBits;
  private final int superblockCount;
  private final int[] documents;
  private final byte[] impacts;
  private final double[] effective;

  /**
   * @param longest the longest list that will be encoded
   */
  BlockMaxListEncoder(
      InvertedPostings inverted, BlockMaxOptions options, int superblockCount, int longest) {
    this.inverted = inverted;
    this.superblockSize = options.superblockSize();
    this.superblockShift = Integer.numberOfTrailingZeros(superblockSize);
    this.blockShift = Integer.numberOfTrailingZeros(options.blockSize());
    this.maximumBits = options.maximumBits();
    this.superblockCount = superblockCount;
    this.documents = new int[longest];
    this.impacts = new byte[longest];
    this.effective = new double[longest];
  }

  EncodedList encode(int term) {
    int count = inverted.read(term, documents, impacts);
    double max = 0;
    for (int i = 0; i < count; i++) {
      effective[i] = (double) inverted.documentScale(documents[i]) * (impacts[i] & 0xFF);
      max = Math.max(max, effective[i]);
    }
    float scale = maximumScale(max);
    if (!BlockMaxLayout.isDense(count, superblockCount)) {
      return new EncodedList(count, scale, sparse(count, scale), null);
    }
    byte[] postings = new byte[BlockMaxLayout.DENSE_POSTING_LENGTH * count];
    return new EncodedList(count, scale, postings, dense(count, scale, postings));
  }

  /** Returns the smallest float that gives at least {@code max} when it is multiplied with 255. */
  private static float maximumScale(double max) {
    float scale = Math.max((float) (max / MAXIMUM_MAX), Float.MIN_VALUE);
    return (double) scale * MAXIMUM_MAX < max ? Math.nextUp(scale) : scale;
  }

  /**
   * Returns the smallest whole number with {@code number × unit ≥ value}. A double holds both sides
   * exactly.
   */
  private static int ceiling(double value, double unit) {
    int number = (int) Math.ceil(value / unit);
    while (number * unit < value) {
      number++;
    }
    while (number > 0 && (number - 1) * unit >= value) {
      number--;
    }
    return number;
  }

  private byte[] sparse(int count, float scale) {
    byte[] out = new byte[BlockMaxLayout.SPARSE_POSTING_LENGTH * count];
    MemorySegment memory = MemorySegment.ofArray(out);
    int maxima = Integer.BYTES * count;
    for (int i = 0; i < count; i++) {
      memory.set(FileLayout.U32, (long) Integer.BYTES * i, documents[i]);
      out[maxima + i] = (byte) ceiling(effective[i], scale);
    }
    System.arraycopy(impacts, 0, out, maxima + count, count);
    return out;
  }

  private EncodedRows dense(int count, float scale, byte[] postings) {
    byte[] superblockMaxima = new byte[BlockMaxLayout.superblockMaximaRowLength(superblockCount)];
    int entryLength = BlockMaxLayout.entryLength(maximumBits);
    byte[] entries = new byte[Math.multiplyExact(superblockCount, entryLength)];
    MemorySegment out = MemorySegment.ofArray(entries);
    double[] blockWeights = new double[BLOCKS_PER_SUPERBLOCK];
    int from = 0;
    for (int superblock = 0; superblock < superblockCount; superblock++) {
      int to = endOf(superblock, from, count);
      int maximum = ceiling(blockWeights(from, to, blockWeights), scale);
      superblockMaxima[superblock] = (byte) maximum;
      MemorySegment entry = out.asSlice((long) superblock * entryLength, entryLength);
      packBlockMaxima(blockWeights, scale, maximum, entry);
      long tail = BlockMaxLayout.maximaLength(maximumBits);
      entry.set(FileLayout.U32, tail + BlockMaxLayout.ENTRY_START_OFFSET, from);
      entry.set(FileLayout.U16, tail + BlockMaxLayout.ENTRY_COUNT_OFFSET, (short) (to - from));
      entry.set(FileLayout.U8, tail + BlockMaxLayout.ENTRY_MAXIMUM_OFFSET, (byte) maximum);
      for (int i = from; i < to; i++) {
        postings[from + i] = (byte) (documents[i] & (superblockSize - 1));
      }
      System.arraycopy(impacts, from, postings, from + to, to - from);
      from = to;
    }
    return new EncodedRows(superblockMaxima, entries);
  }

  private int endOf(int superblock, int from, int count) {
    int to = from;
    while (to < count && documents[to] >> superblockShift == superblock) {
      to++;
    }
    return to;
  }

  /**
   * Writes the largest effective weight of each document block to {@code out} and returns the
   * largest of these.
   */
  private double blockWeights(int from, int to, double[] out) {
    Arrays.fill(out, 0);
    double max = 0;
    for (int i = from; i < to; i++) {
      int block = (documents[i] >> blockShift) & (BLOCKS_PER_SUPERBLOCK - 1);
      out[block] = Math.max(out[block], effective[i]);
      max = Math.max(max, effective[i]);
    }
    return max;
  }

  private void packBlockMaxima(
      double[] weights, float scale, int superblockMaximum, MemorySegment entry) {
    if (maximumBits == Byte.SIZE) {
      for (int block = 0; block < BLOCKS_PER_SUPERBLOCK; block++) {
        entry.set(FileLayout.U8, block, (byte) ceiling(weights[block], scale));
      }
      return;
    }
    long packed = 0;
    double unit = (double) scale * superblockMaximum;
    for (int block = 0; block < BLOCKS_PER_SUPERBLOCK && unit > 0; block++) {
      // The promise is weight ≤ unit × maximum / 15. Multiplied with 15 it has no division, so both
      // sides are exact.
      long maximum = ceiling(PACKED_MAXIMUM_MAX * weights[block], unit);
      packed |= maximum << BlockMaxLayout.packedShift(block);
    }
    entry.set(FileLayout.U64, 0, packed);
  }
}
