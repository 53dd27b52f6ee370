package io.siskin.index.format.v2;

/**
 * A file of the write-ahead log. It has a header, then zeros up to {@link #FRAMES_OFFSET}, then
 * frames, then zeros to its end.
 *
 * <pre>
 *  0          8         12         16          24               32      40            48       64
 * +----------+---------+----------+-----------+----------------+-------+-------------+--------+
 * | magic    | version | checksum | file      | first sequence | salt  | file length | zeros  |
 * |          |         |          | number    |                |       |             |        |
 * +----------+---------+----------+-----------+----------------+-------+-------------+--------+
 *
 *  0        4          8          16     20         24
 * +--------+----------+----------+------+----------+--------------------+
 * | length | checksum | sequence | type | unforced | payload            |
 * +--------+----------+----------+------+----------+--------------------+ padded with zeros to 8
 * </pre>
 *
 * <p>All numbers are little-endian. The checksum of a frame also covers the salt of its file, so no
 * frame of another file, and nothing that a payload contains, can be taken for a frame.
 */
public final class LogLayout {
  /** The first eight bytes of a file, {@code SISKLOG\n}. */
  public static final long MAGIC = 0x0A47_4F4C_4B53_4953L;

  /** The version in the header. It counts changes of the log alone. */
  public static final int VERSION = 1;

  /** Offset of {@link #MAGIC}, u64. */
  public static final int MAGIC_OFFSET = 0;

  /** Offset of {@link #VERSION}, u32. */
  public static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;

  /** Offset of the CRC-32C of the header, u32. The field itself counts as zero. */
  public static final int HEADER_CHECKSUM_OFFSET = VERSION_OFFSET + Integer.BYTES;

  /** Offset of the number of the file, u64. It counts the files of the log, from 1. */
  public static final int FILE_NUMBER_OFFSET = HEADER_CHECKSUM_OFFSET + Integer.BYTES;

  /** Offset of the sequence number of the first frame, u64. */
  public static final int FIRST_SEQUENCE_OFFSET = FILE_NUMBER_OFFSET + Long.BYTES;

  /** Offset of a random number that the checksums of the frames cover, u64. */
  public static final int SALT_OFFSET = FIRST_SEQUENCE_OFFSET + Long.BYTES;

  /** Offset of the length of the whole file in bytes, u64. */
  public static final int FILE_LENGTH_OFFSET = SALT_OFFSET + Long.BYTES;

  /** Offset of 16 reserved bytes, zero. */
  public static final int RESERVED_OFFSET = FILE_LENGTH_OFFSET + Long.BYTES;

  /** Length of the header in bytes. */
  public static final int HEADER_LENGTH = RESERVED_OFFSET + 2 * Long.BYTES;

  /**
   * Where the first frame begins. No sector or page of a disk holds parts of the header and parts
   * of a frame, so writing a frame cannot damage the header.
   */
  public static final int FRAMES_OFFSET = 4096;

  /** The length of a file is a multiple of this number of bytes. */
  public static final int FILE_ALIGNMENT = 4096;

  /** Offset in a frame of the length of its payload in bytes, u32. */
  public static final int FRAME_LENGTH_OFFSET = 0;

  /**
   * Offset in a frame of a CRC-32C, u32. It covers the salt of the file, then the frame without
   * this field and without the padding.
   */
  public static final int FRAME_CHECKSUM_OFFSET = FRAME_LENGTH_OFFSET + Integer.BYTES;

  /** Offset in a frame of its sequence number, u64. */
  public static final int FRAME_SEQUENCE_OFFSET = FRAME_CHECKSUM_OFFSET + Integer.BYTES;

  /** Offset in a frame of the type of its payload, u32, 1 to {@link #TYPE_MAX}. */
  public static final int FRAME_TYPE_OFFSET = FRAME_SEQUENCE_OFFSET + Long.BYTES;

  /**
   * Offset in a frame of a count, u32. It tells how many frames directly before this one had not
   * been forced to the disk when this one was written.
   */
  public static final int FRAME_UNFORCED_OFFSET = FRAME_TYPE_OFFSET + Integer.BYTES;

  /** Offset in a frame of its payload. */
  public static final int FRAME_PAYLOAD_OFFSET = FRAME_UNFORCED_OFFSET + Integer.BYTES;

  /** Frames begin at multiples of this number of bytes. */
  public static final int FRAME_ALIGNMENT = 8;

  /** The largest type of a payload. */
  public static final int TYPE_MAX = 255;

  /** The longest payload in bytes: the frame fits into a file of 64 MiB. */
  public static final int PAYLOAD_LENGTH_MAX = (64 << 20) - FRAMES_OFFSET - FRAME_PAYLOAD_OFFSET;

  private LogLayout() {}

  /**
   * Returns the length of a frame in bytes, with its padding.
   *
   * @param payloadLength the length of its payload in bytes, 0 to {@link #PAYLOAD_LENGTH_MAX}
   */
  public static int frameLength(int payloadLength) {
    return (FRAME_PAYLOAD_OFFSET + payloadLength + FRAME_ALIGNMENT - 1) & -FRAME_ALIGNMENT;
  }

  /**
   * Returns the length of the shortest file that has room for a frame.
   *
   * @param frameLength the length of the frame in bytes
   */
  public static long fileLength(long frameLength) {
    return (FRAMES_OFFSET + frameLength + FILE_ALIGNMENT - 1) & -FILE_ALIGNMENT;
  }
}
