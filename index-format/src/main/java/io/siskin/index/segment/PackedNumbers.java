package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v2.PackedLayout;
import io.siskin.index.store.Section;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A mapped array of whole numbers. {@link PackedLayout} describes the bytes. It is a view of mapped
 * memory and is safe for concurrent use.
 */
public final class PackedNumbers {
  private final Section entries;
  private final MemorySegment bits;
  private final long firstBlock;
  private final long count;

  /**
   * Opens the view. The caller has checked that the section has all blocks.
   *
   * @param entries the section with the entries of the blocks
   * @param bits the section with their bits
   * @param firstBlock the number of the first block of the array in the section
   * @param count the number of elements
   */
  PackedNumbers(Section entries, Section bits, long firstBlock, long count) {
    this.entries = entries;
    this.bits = bits.paddedBytes();
    this.firstBlock = firstBlock;
    this.count = count;
  }

  /**
   * Checks the two sections of packed arrays against each other: encodings, counts and lengths.
   *
   * @param blockCount the number of blocks of all arrays together
   */
  static void checkSections(Section entries, Section bits, long blockCount)
      throws CorruptSegmentException {
    entries.requireEncoding(FormatV1.ENCODING_PLAIN);
    entries.requireArray(blockCount, PackedLayout.BLOCK_ENTRY_LENGTH);
    bits.requireEncoding(FormatV1.ENCODING_PLAIN);
    bits.requireCount(blockCount);
  }

  /**
   * Checks the entry of every block, and reads all elements. Afterwards no element is read outside
   * the section, and none is outside the range of its block.
   *
   * @param bitsStart where the bits of the array begin
   * @param min no element may be smaller
   * @param max no element may be larger
   * @return where the bits of the array end
   */
  long check(Section bitsSection, long bitsStart, long min, long max)
      throws CorruptSegmentException {
    long end = bitsStart;
    for (int block = 0; block < blockCount(); block++) {
      long at = entry(block);
      long low = min(block);
      long high = max(block);
      require(
          at,
          low >= min && high <= max && low <= high,
          "elements from " + min + " to " + max,
          low + " to " + high);
      require(
          at + PackedLayout.BLOCK_WIDTH_OFFSET,
          width(block) == PackedLayout.width(low, high),
          "a width of " + PackedLayout.width(low, high),
          width(block));
      require(
          at + PackedLayout.BLOCK_BITS_OFFSET, bitsOffset(block) == end, end, bitsOffset(block));
      int reserved = entries.bytes().get(FileLayout.U32, at + PackedLayout.BLOCK_RESERVED_OFFSET);
      require(at + PackedLayout.BLOCK_RESERVED_OFFSET, reserved == 0, 0, reserved);
      end += PackedLayout.bitsLength(length(block), width(block));
      bitsSection.require(
          end <= bitsSection.lengthBytes(),
          "at least " + end + " bytes",
          bitsSection.lengthBytes());
      checkElements(block);
    }
    return end;
  }

  private void checkElements(int block) throws CorruptSegmentException {
    long[] elements = new long[PackedLayout.BLOCK_LENGTH];
    read(block, elements);
    long low = elements[0];
    long high = elements[0];
    for (int i = 1; i < length(block); i++) {
      low = Math.min(low, elements[i]);
      high = Math.max(high, elements[i]);
    }
    require(
        entry(block),
        low == min(block) && high == max(block),
        "elements from " + min(block) + " to " + max(block),
        low + " to " + high);
    int used = length(block) * width(block) % Long.SIZE;
    if (used > 0) {
      long last = PackedLayout.bitsLength(length(block), width(block)) - Long.BYTES;
      long beyond = bits.get(FileLayout.U64, bitsOffset(block) + last) >>> used;
      require(
          entry(block) + PackedLayout.BLOCK_BITS_OFFSET,
          beyond == 0,
          "zeros after the bits",
          beyond);
    }
  }

  private void require(long at, boolean holds, Object expected, Object found)
      throws CorruptSegmentException {
    if (!holds) {
      throw new CorruptSegmentException(entries.file(), entries.offset() + at, expected, found);
    }
  }

  /** Returns the number of elements. */
  public long count() {
    return count;
  }

  /** Returns the number of blocks. */
  public int blockCount() {
    return (int) PackedLayout.blockCount(count);
  }

  /**
   * Returns the number of elements of a block.
   *
   * @param block 0 to {@link #blockCount} − 1
   */
  public int length(int block) {
    return (int)
        Math.min(PackedLayout.BLOCK_LENGTH, count - (long) block * PackedLayout.BLOCK_LENGTH);
  }

  /**
   * Returns the smallest element of a block.
   *
   * @param block 0 to {@link #blockCount} − 1
   */
  public long min(int block) {
    return entries.bytes().get(FileLayout.U64, entry(block) + PackedLayout.BLOCK_MIN_OFFSET);
  }

  /**
   * Returns the largest element of a block.
   *
   * @param block 0 to {@link #blockCount} − 1
   */
  public long max(int block) {
    return entries.bytes().get(FileLayout.U64, entry(block) + PackedLayout.BLOCK_MAX_OFFSET);
  }

  /**
   * Returns an element.
   *
   * @param index 0 to {@link #count} − 1
   */
  public long get(long index) {
    Objects.checkIndex(index, count);
    int block = (int) (index / PackedLayout.BLOCK_LENGTH);
    return min(block)
        + above(bitsOffset(block), width(block), (int) (index % PackedLayout.BLOCK_LENGTH));
  }

  /**
   * Copies the elements of a block.
   *
   * @param block 0 to {@link #blockCount} − 1
   * @param target receives {@link #length} elements
   */
  public void read(int block, long[] target) {
    long min = min(block);
    long at = bitsOffset(block);
    int width = width(block);
    int length = length(block);
    for (int i = 0; i < length; i++) {
      target[i] = min + above(at, width, i);
    }
  }

  /** Returns how far an element is above the smallest one of its block. */
  private long above(long bitsOffset, int width, int index) {
    if (width == 0) {
      return 0;
    }
    if (width == Long.SIZE) {
      return bits.get(FileLayout.U64, bitsOffset + (long) index * Long.BYTES);
    }
    int bit = index * width;
    long word = bits.get(FileLayout.U64, bitsOffset + (bit >>> 3));
    return word >>> (bit & 7) & -1L >>> -width;
  }

  /**
   * Returns 64 elements of an array of zeros and ones as bits.
   *
   * @param block 0 to {@link #blockCount} − 1
   * @param word which 64 elements of the block, 0 to 7
   * @return bit i is element 64 × {@code word} + i; 0 where there is no such element
   */
  long ones(int block, int word) {
    int left = length(block) - word * Long.SIZE;
    if (left <= 0 || max(block) == 0) {
      return 0;
    }
    return min(block) == 1
        ? left < Long.SIZE ? -1L >>> -left : -1L
        : bits.get(FileLayout.U64, bitsOffset(block) + (long) word * Long.BYTES);
  }

  private long entry(int block) {
    return (firstBlock + block) * PackedLayout.BLOCK_ENTRY_LENGTH;
  }

  private long bitsOffset(int block) {
    return entries.bytes().get(FileLayout.U64, entry(block) + PackedLayout.BLOCK_BITS_OFFSET);
  }

  private int width(int block) {
    return entries.bytes().get(FileLayout.U32, entry(block) + PackedLayout.BLOCK_WIDTH_OFFSET);
  }
}
