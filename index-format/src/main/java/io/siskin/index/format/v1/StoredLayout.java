package io.siskin.index.format.v1;

/**
 * A stored record of {@code documents.dat}. It has the length of the fields (u32) and then the
 * fields, compressed as one zstd frame. The frame uses the dictionary in STORED_DICTIONARY, unless
 * that is empty. There is no frame if the length is 0. After decompression, each field has its
 * number (u16), its length (u32) and its UTF-8 bytes.
 */
public final class StoredLayout {
  /** Encoding of STORED_BYTES, in which each record is compressed separately with zstd. */
  public static final int ENCODING_ZSTD = 2;

  /** Offset of the length before compression, u32. */
  public static final int UNPACKED_LENGTH_OFFSET = 0;

  /** Offset of the zstd frame. */
  public static final int PACKED_OFFSET = UNPACKED_LENGTH_OFFSET + Integer.BYTES;

  /** Offset in an unpacked field of its number, u16. */
  public static final int FIELD_NUMBER_OFFSET = 0;

  /** Offset in an unpacked field of its length, u32. */
  public static final int FIELD_LENGTH_OFFSET = FIELD_NUMBER_OFFSET + Short.BYTES;

  /** Offset in an unpacked field of its UTF-8 bytes. */
  public static final int FIELD_BYTES_OFFSET = FIELD_LENGTH_OFFSET + Integer.BYTES;

  private StoredLayout() {}
}
