package io.siskin.index.format.v1;

/**
 * An entry of the FILE_TABLE section of {@code segment.meta}: 16 bytes a file, so that a file of
 * another build, or a missing one, is noticed at opening.
 */
public final class FileTableLayout {
  /** Offset of the file kind, u32. */
  public static final int KIND_OFFSET = 0;

  /**
   * Offset of the checksum in that file's header, u32; it covers the directory and through it every
   * section.
   */
  public static final int HEADER_CHECKSUM_OFFSET = KIND_OFFSET + Integer.BYTES;

  /** Offset of that file's length in bytes, u64. */
  public static final int FILE_LENGTH_OFFSET = HEADER_CHECKSUM_OFFSET + Integer.BYTES;

  /** Length of an entry in bytes. */
  public static final int LENGTH = FILE_LENGTH_OFFSET + Long.BYTES;

  private FileTableLayout() {}
}
