package io.siskin.index.format.v1;

/**
 * A stored record of {@code documents.dat}: u32 length of the fields, then the fields packed as one
 * zstd frame (with the dictionary of STORED_DICTIONARY unless that is empty; nothing when the
 * length is 0). Unpacked, the fields are (u16 field number, u32 length, UTF-8 bytes) one after
 * another.
 */
public final class StoredLayout {
  /** Encoding of STORED_BYTES: each record packed by itself with zstd. */
  public static final int ENCODING_ZSTD = 2;

  /** Offset of the unpacked length, u32. */
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
