package io.siskin.index.format;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The envelope of every file. It has a fixed header, a section directory and then the sections.
 *
 * <pre>
 *  0                   8         12        16                              32
 * +-------------------+---------+---------+-------------------------------+
 * | magic             | kind    | version | segment id                    |
 * +-------------------+---------+---------+---------------+---------------+
 * | file length       | section | directory checksum      | reserved, 0   |
 * |                   | count   |         |               | hdr checksum  |
 * +-------------------+---------+---------+---------------+---------------+ 64
 * | section directory: one 40-byte entry per section                      |
 * +-----------------------------------------------------------------------+ next multiple of 64
 * | sections, each starting at a multiple of 64, gaps zeroed              |
 * +-----------------------------------------------------------------------+
 * | at least 64 zero bytes, so that a vector load may read past the end   |
 * +-----------------------------------------------------------------------+ file length
 * </pre>
 *
 * All numbers are little-endian. The header and the directory are the same in all versions, so any
 * version of the program can tell which file it has. This class has only constants.
 */
public final class FileLayout {
  /**
   * The first eight bytes, {@code SISKIN\r\n}. If a file was transferred in text mode, its line end
   * is changed, which shows the damage.
   */
  public static final long MAGIC = 0x0A0D_4E49_4B53_4953L;

  /** Offset of {@link #MAGIC}, u64. */
  public static final int MAGIC_OFFSET = 0;

  /** Offset of the file kind, u32: a {@link FileKind#code}. */
  public static final int KIND_OFFSET = MAGIC_OFFSET + Long.BYTES;

  /** Offset of the format version of the sections, u32. */
  public static final int VERSION_OFFSET = KIND_OFFSET + Integer.BYTES;

  /** Offset of the segment id, 16 bytes: the same in all files of a segment. */
  public static final int SEGMENT_ID_OFFSET = VERSION_OFFSET + Integer.BYTES;

  /** Offset of the length of the whole file in bytes, u64. */
  public static final int FILE_LENGTH_OFFSET = SEGMENT_ID_OFFSET + 2 * Long.BYTES;

  /** Offset of the number of sections, u32. */
  public static final int SECTION_COUNT_OFFSET = FILE_LENGTH_OFFSET + Long.BYTES;

  /** Offset of the CRC-32C of the section directory, u32. */
  public static final int DIRECTORY_CHECKSUM_OFFSET = SECTION_COUNT_OFFSET + Integer.BYTES;

  /** Offset of 12 reserved bytes, zero. */
  public static final int RESERVED_OFFSET = DIRECTORY_CHECKSUM_OFFSET + Integer.BYTES;

  /** Offset of the CRC-32C of all header bytes before it, u32. */
  public static final int HEADER_CHECKSUM_OFFSET = RESERVED_OFFSET + 3 * Integer.BYTES;

  /** Length of the header in bytes. */
  public static final int HEADER_LENGTH = HEADER_CHECKSUM_OFFSET + Integer.BYTES;

  /** Offset in a directory entry of the section kind, u32: a {@link SectionKind#code}. */
  public static final int ENTRY_KIND_OFFSET = 0;

  /**
   * Offset in a directory entry of the section's encoding, u32. The section kind defines its
   * meaning.
   */
  public static final int ENTRY_ENCODING_OFFSET = ENTRY_KIND_OFFSET + Integer.BYTES;

  /**
   * Offset in a directory entry of the section's offset in the file, u64, a multiple of {@link
   * #SECTION_ALIGNMENT}.
   */
  public static final int ENTRY_SECTION_OFFSET_OFFSET = ENTRY_ENCODING_OFFSET + Integer.BYTES;

  /** Offset in a directory entry of the section's length in bytes, u64. */
  public static final int ENTRY_SECTION_LENGTH_OFFSET = ENTRY_SECTION_OFFSET_OFFSET + Long.BYTES;

  /** Offset in a directory entry of the number of elements, u64. */
  public static final int ENTRY_COUNT_OFFSET = ENTRY_SECTION_LENGTH_OFFSET + Long.BYTES;

  /** Offset in a directory entry of the CRC-32C of the section's bytes, u32. */
  public static final int ENTRY_CHECKSUM_OFFSET = ENTRY_COUNT_OFFSET + Long.BYTES;

  /** Offset in a directory entry of 4 reserved bytes, zero. */
  public static final int ENTRY_RESERVED_OFFSET = ENTRY_CHECKSUM_OFFSET + Integer.BYTES;

  /** Length of a directory entry in bytes. */
  public static final int ENTRY_LENGTH = ENTRY_RESERVED_OFFSET + Integer.BYTES;

  /**
   * Sections start at multiples of this number of bytes. It is the length of a cache line and of
   * the widest vector.
   */
  public static final int SECTION_ALIGNMENT = 64;

  /** The smallest number of zero bytes after the last section. */
  public static final int TAIL_PADDING = 64;

  /** The largest number of sections of a file. */
  public static final int SECTION_COUNT_MAX = 256;

  /** A little-endian u16 at any address. */
  public static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * A little-endian u16 that is read as a char. It is unsigned without a mask, which suits loops
   * over many values.
   */
  public static final ValueLayout.OfChar U16_CHAR =
      ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A little-endian u32 at any address. */
  public static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A little-endian u64 at any address. */
  public static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A little-endian IEEE 754 single at any address. */
  public static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** One byte. */
  public static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;

  static {
    if (HEADER_LENGTH != 64 || ENTRY_LENGTH != 40) {
      throw new AssertionError("header " + HEADER_LENGTH + ", entry " + ENTRY_LENGTH);
    }
  }

  private FileLayout() {}

  /**
   * Rounds up to the next multiple of {@link #SECTION_ALIGNMENT}.
   *
   * @param offset a byte offset, 0 or more
   */
  public static long align(long offset) {
    return (offset + SECTION_ALIGNMENT - 1) & -SECTION_ALIGNMENT;
  }
}
