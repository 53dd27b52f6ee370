package io.siskin.index.format.v1;

/**
 * The STATISTICS section of {@code segment.meta}: 64 bytes.
 *
 * <pre>
 *  0               8               16              24              32
 * +---------------+---------------+---------------+---------------+
 * | documents     | terms         | postings      | empty docs    |
 * +---------------+-------+-------+---------------+---------------+
 * | total length  | vocab | quant | reserved, 0                   |
 * +---------------+-------+-------+-------------------------------+ 64
 * </pre>
 */
public final class StatisticsLayout {
  /** Offset of the number of documents, u64. */
  public static final int DOCUMENT_COUNT_OFFSET = 0;

  /** Offset of the number of distinct terms, u64. */
  public static final int TERM_COUNT_OFFSET = DOCUMENT_COUNT_OFFSET + Long.BYTES;

  /** Offset of the number of postings, u64. */
  public static final int POSTING_COUNT_OFFSET = TERM_COUNT_OFFSET + Long.BYTES;

  /** Offset of the number of documents without a term, u64. */
  public static final int EMPTY_DOCUMENT_COUNT_OFFSET = POSTING_COUNT_OFFSET + Long.BYTES;

  /**
   * Offset of the sum of all input weights before weighting, f64. With BM25 this is the number of
   * tokens.
   */
  public static final int TOTAL_LENGTH_OFFSET = EMPTY_DOCUMENT_COUNT_OFFSET + Long.BYTES;

  /** Offset of the vocabulary kind, u32: one of the VOCABULARY constants. */
  public static final int VOCABULARY_OFFSET = TOTAL_LENGTH_OFFSET + Double.BYTES;

  /** Offset of the quantisation scheme, u32: one of the QUANTIZATION constants. */
  public static final int QUANTIZATION_OFFSET = VOCABULARY_OFFSET + Integer.BYTES;

  /** Offset of 16 reserved bytes, zero. */
  public static final int RESERVED_OFFSET = QUANTIZATION_OFFSET + Integer.BYTES;

  /** {@link #VOCABULARY_OFFSET}: the segment has no term. */
  public static final int VOCABULARY_NONE = 0;

  /** {@link #VOCABULARY_OFFSET}: terms are named by token. */
  public static final int VOCABULARY_TOKEN = 1;

  /** {@link #VOCABULARY_OFFSET}: terms are named by an unsigned 32-bit id. */
  public static final int VOCABULARY_TERM_ID = 2;

  /** {@link #QUANTIZATION_OFFSET}: one scale for all documents. */
  public static final int QUANTIZATION_GLOBAL = 1;

  /** {@link #QUANTIZATION_OFFSET}: each document has a scale of its own. */
  public static final int QUANTIZATION_PER_DOCUMENT = 2;

  /** Length of the section in bytes. */
  public static final int LENGTH = RESERVED_OFFSET + 2 * Long.BYTES;

  private StatisticsLayout() {}
}
