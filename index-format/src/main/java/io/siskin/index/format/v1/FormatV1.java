package io.siskin.index.format.v1;

/** The limits of version 1. Both the builder and the reader check each of them. */
public final class FormatV1 {
  /** The version in the header. */
  public static final int VERSION = 1;

  /**
   * The largest number of documents of a segment. It is the number of keys that 2^31 hash slots can
   * hold.
   */
  public static final int DOCUMENT_COUNT_MAX = (3 << 29) - 1;

  /**
   * The largest number of distinct terms of a segment. It is the number of keys that 2^31 hash
   * slots can hold.
   */
  public static final int TERM_COUNT_MAX = (3 << 29) - 1;

  /** The largest number of terms of a document. */
  public static final int DOCUMENT_TERM_COUNT_MAX = 1 << 20;

  /** The length of the longest external id in bytes of UTF-8. */
  public static final int EXTERNAL_ID_LENGTH_MAX = 65_535;

  /** The length of the longest stored record of one document in bytes, before compression. */
  public static final int STORED_RECORD_LENGTH_MAX = 1 << 24;

  /** The largest number of names of stored fields of a segment. */
  public static final int FIELD_COUNT_MAX = 65_535;

  /**
   * The encoding of a section kind that has only one encoding. A new encoding makes a new version
   * of the format. So a reader sees an unknown encoding only in a damaged file.
   */
  public static final int ENCODING_PLAIN = 1;

  /** The largest impact. It has 8 bits. */
  public static final int IMPACT_MAX = 255;

  private FormatV1() {}
}
