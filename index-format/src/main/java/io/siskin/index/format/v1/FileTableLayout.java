package io.siskin.index.format.v1;

/**
 * An entry of the FILE_TABLE section of {@code segment.meta}. There is one entry of 16 bytes per
 * file. So opening a segment can detect a missing file and a file of another build.
 */
public final class FileTableLayout {
  /** Offset of the file kind, u32. */
  public static final int KIND_OFFSET = 0;

  /**
   * Offset of the checksum in that file's header, u32. It covers the directory, and the checksums
   * in the directory cover every section.
   */
  public static final int HEADER_CHECKSUM_OFFSET = KIND_OFFSET + Integer.BYTES;

  /** Offset of that file's length in bytes, u64. */
  public static final int FILE_LENGTH_OFFSET = HEADER_CHECKSUM_OFFSET + Integer.BYTES;

  /** Length of an entry in bytes. */
  public static final int LENGTH = FILE_LENGTH_OFFSET + Long.BYTES;

  private FileTableLayout() {}
}
