package io.siskin.index.format.v2;

/**
 * An array of whole numbers of 64 bits, in blocks of {@link #BLOCK_LENGTH} elements. Each block
 * stores how far its elements are above its smallest one, with as few bits as suffice.
 *
 * <pre>
 * blocks:  | smallest i64 | largest i64 | offset u64 | width u32 | reserved u32 |  one per block
 * bits:    | n × width bits, element 0 in the lowest ones | zeros to 8 bytes |     one per block
 * </pre>
 *
 * <p>A block of equal elements has the width 0 and no bits. The smallest and the largest element
 * tell a reader that is looking for a range whether the block has none, all, or some of it.
 */
public final class PackedLayout {
  /** The number of elements of a block. The last block of an array may have fewer. */
  public static final int BLOCK_LENGTH = 512;

  /**
   * Offset in a block's entry of its smallest element, a signed number in two's complement, u64.
   */
  public static final int BLOCK_MIN_OFFSET = 0;

  /** Offset in a block's entry of its largest element, a signed number, u64. */
  public static final int BLOCK_MAX_OFFSET = BLOCK_MIN_OFFSET + Long.BYTES;

  /** Offset in a block's entry of the offset of its bits in their section in bytes, u64. */
  public static final int BLOCK_BITS_OFFSET = BLOCK_MAX_OFFSET + Long.BYTES;

  /** Offset in a block's entry of the number of bits of an element, u32, see {@link #width}. */
  public static final int BLOCK_WIDTH_OFFSET = BLOCK_BITS_OFFSET + Long.BYTES;

  /** Offset in a block's entry of 4 reserved bytes, zero. */
  public static final int BLOCK_RESERVED_OFFSET = BLOCK_WIDTH_OFFSET + Integer.BYTES;

  /** Length of a block's entry in bytes. */
  public static final int BLOCK_ENTRY_LENGTH = BLOCK_RESERVED_OFFSET + Integer.BYTES;

  /**
   * The largest width below 64. An element of this width lies inside the 8 bytes that begin at the
   * byte of its first bit.
   */
  public static final int WIDTH_MAX = 56;

  static {
    if (BLOCK_ENTRY_LENGTH != 32) {
      throw new AssertionError("block entry " + BLOCK_ENTRY_LENGTH);
    }
  }

  private PackedLayout() {}

  /**
   * Returns the number of bits of each element of a block.
   *
   * @param min the smallest element
   * @param max the largest element
   * @return 0 to {@link #WIDTH_MAX}, or 64
   */
  public static int width(long min, long max) {
    int needed = Long.SIZE - Long.numberOfLeadingZeros(max - min);
    return needed > WIDTH_MAX ? Long.SIZE : needed;
  }

  /**
   * Returns the number of blocks of an array.
   *
   * @param count its elements, 0 or more
   */
  public static long blockCount(long count) {
    return (count + BLOCK_LENGTH - 1) / BLOCK_LENGTH;
  }

  /**
   * Returns the length in bytes of the bits of a block.
   *
   * @param count the elements of the block, 1 to {@link #BLOCK_LENGTH}
   * @param width the bits of an element
   */
  public static long bitsLength(int count, int width) {
    return ((long) count * width + Long.SIZE - 1) / Long.SIZE * Long.BYTES;
  }
}
