package io.siskin.index.format.v1;

/** Limits of version 1, each checked by the builder and by the reader. */
public final class FormatV1 {
  /** The version in the header. */
  public static final int VERSION = 1;

  /** The most documents a segment holds: what 2^31 hash slots hold. */
  public static final int DOCUMENT_COUNT_MAX = (3 << 29) - 1;

  /** The most distinct terms a segment holds: what 2^31 hash slots hold. */
  public static final int TERM_COUNT_MAX = (3 << 29) - 1;

  /** The most terms a document holds. */
  public static final int DOCUMENT_TERM_COUNT_MAX = 1 << 20;

  /** The longest external id in bytes of UTF-8. */
  public static final int EXTERNAL_ID_LENGTH_MAX = 65_535;

  /** The longest stored record of one document, unpacked, in bytes. */
  public static final int STORED_RECORD_LENGTH_MAX = 1 << 24;

  /** The most stored field names of a segment. */
  public static final int FIELD_COUNT_MAX = 65_535;

  /**
   * The encoding of a section that has only one. A new encoding is a new version, so a reader meets
   * an unknown one only in a damaged file.
   */
  public static final int ENCODING_PLAIN = 1;

  /** The largest impact: 8 bits. */
  public static final int IMPACT_MAX = 255;

  private FormatV1() {}
}
