package io.siskin.index.format.v2;

/**
 * The dense vectors: one record per dense field that a document of the segment has, in ascending
 * order of the fields' names. The arrays of all fields follow each other in the same sections.
 *
 * <pre>
 * starts:  number of the first row of document 0 | of document 1 | … | number of all rows
 * scales:  scale or key of row 0 | of row 1 | …                     only for fields that have them
 * values:  row 0 | row 1 | …                                        rows of one length
 * </pre>
 *
 * <p>The rows of a document follow each other, and rows are in the order of document numbers. A row
 * has the values of one vector and then zeros, up to a length that a kernel reads without a rest.
 *
 * <p>The values of a vector are these bytes, for n dimensions:
 *
 * <pre>
 * f32, f16, int8:  value 0 | value 1 | …                            4, 2 or 1 bytes each
 * binary:          bit 0 to bit 7 | bit 8 to bit 15 | …             the lowest bit of a byte first
 * terms:           n term numbers (u32) | n weights (1 byte each)   unused places are 0
 * slices:          n values (1 byte each) | n indexes (u16)         an empty slice is 0
 * hashed:          bit 0 to bit 7 | bit 8 to bit 15 | …             as binary
 * </pre>
 *
 * <p>A row of a keyed field has the values of f32 or f16. Its key is among the scales.
 */
public final class DenseLayout {
  /** Offset in a field's record of the number of its dimensions, u32. */
  public static final int DIMENSIONS_OFFSET = 0;

  /** Offset in a field's record of how its values are stored, u32. */
  public static final int STORAGE_OFFSET = DIMENSIONS_OFFSET + Integer.BYTES;

  /** Offset in a field's record of its similarity, u32. */
  public static final int SIMILARITY_OFFSET = STORAGE_OFFSET + Integer.BYTES;

  /** Offset in a field's record of the largest norm of a vector, f32, rounded up. */
  public static final int NORM_MAX_OFFSET = SIMILARITY_OFFSET + Integer.BYTES;

  /** Offset in a field's record of the number of its vectors, u64. */
  public static final int VECTOR_COUNT_OFFSET = NORM_MAX_OFFSET + Float.BYTES;

  /** Length of a field's record in bytes. */
  public static final int RECORD_LENGTH = VECTOR_COUNT_OFFSET + Long.BYTES;

  /** Values are IEEE 754 singles. */
  public static final int STORAGE_F32 = 1;

  /** Values are IEEE 754 half-precision numbers. */
  public static final int STORAGE_F16 = 2;

  /** Values are signed bytes. Each vector has a scale. */
  public static final int STORAGE_INT8 = 3;

  /** Values are bits: 1 for a number above 0. */
  public static final int STORAGE_BINARY = 4;

  /** A vector is sparse: numbers of terms, and a signed byte for each. It has a scale. */
  public static final int STORAGE_TERMS = 5;

  /** A vector has the largest weight of each slice of the terms, and which term has it. */
  public static final int STORAGE_SLICES = 6;

  /** As {@link #STORAGE_F32}, and each vector has a key. */
  public static final int STORAGE_KEYED_F32 = 7;

  /** As {@link #STORAGE_F16}, and each vector has a key. */
  public static final int STORAGE_KEYED_F16 = 8;

  /** A vector has a bit for each hash of a term of the document's sparse vector. */
  public static final int STORAGE_HASHED = 9;

  /** What the number of a term is multiplied with for its hash: 2^64 over the golden ratio. */
  public static final long TERM_HASH_MULTIPLIER = 0x9E3779B97F4A7C15L;

  /** A score is the inner product. */
  public static final int SIMILARITY_DOT = 1;

  /** A score is the cosine. Vectors have the length 1, so it is the inner product, too. */
  public static final int SIMILARITY_COSINE = 2;

  /** Rows begin at multiples of this number of bytes. It is the length of a cache line. */
  public static final int ROW_ALIGNMENT = 64;

  /** The number of values of a row is a multiple of this. It is the number of partial sums. */
  public static final int ROW_GROUP = 32;

  /** The number of slices is a multiple of this. So values and indexes begin at cache lines. */
  public static final int SLICE_GROUP = 64;

  /** Indexes in a slice are smaller than this. A larger one counts from 0 again. */
  public static final int SLICE_INDEX_COUNT = 1 << 16;

  /** The largest absolute value of a byte. */
  public static final int INT8_MAX = 127;

  private DenseLayout() {}

  /**
   * Returns the number of values of a row, with the zeros at its end.
   *
   * @param dimensions the number of dimensions, 1 or more
   * @param valueBytes the bytes of a value: 1, 2 or 4
   */
  public static int rowValues(int dimensions, int valueBytes) {
    int unit = Math.max(ROW_GROUP, ROW_ALIGNMENT / valueBytes);
    return (dimensions + unit - 1) / unit * unit;
  }

  /**
   * Returns which bit of a hashed vector a term sets. The upper half of the product of the number
   * and {@link #TERM_HASH_MULTIPLIER} is spread over the bits.
   *
   * @param number the number of the term, an unsigned number of 32 bits
   * @param dimensions the number of bits, 1 or more
   */
  public static int hashedBit(int number, int dimensions) {
    long hash = (Integer.toUnsignedLong(number) * TERM_HASH_MULTIPLIER) >>> Integer.SIZE;
    return (int) ((hash * dimensions) >>> Integer.SIZE);
  }

  /**
   * Returns the length of a row in bytes, with the zeros at its end.
   *
   * @param vectorBytes the length of the values of a vector in bytes
   */
  public static int rowBytes(int vectorBytes) {
    return (vectorBytes + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
  }
}
