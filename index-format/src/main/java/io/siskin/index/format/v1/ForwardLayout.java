package io.siskin.index.format.v1;

/**
 * A forward record. It holds the vector of one document.
 *
 * <pre>
 *  0         4              6             8
 * +---------+--------------+-------------+----------------------------+
 * | scale   | postings on  | further     | further runs: page u16,    |
 * | f32     | page 0, u16  | runs, u16   | postings u16, each 4 bytes |
 * +---------+--------------+-------------+----------------------------+
 * | low 16 bits of the term numbers, u16 each, all runs one after another |
 * +-------------------------------------------------------------------+
 * | impacts, u8 each, same order                                      |
 * +-------------------------------------------------------------------+ padded to the alignment
 * </pre>
 *
 * <p>Term numbers are in descending order of document frequency. So nearly all terms of a document
 * are on page 0, which has the first 65,536 numbers. A term on another page needs only one run of 4
 * bytes more, so the size of the vocabulary has no limit. Runs are in ascending order of pages, and
 * the terms of a run are in ascending order. A stored weight is {@code scale × impact}.
 *
 * <p>FORWARD_OFFSETS holds the offset of each record in FORWARD_RECORDS, by document number. An
 * offset is a u32 in units of {@code 2^e} bytes, where {@code e} is the encoding of the section,
 * {@link #ALIGNMENT_SHIFT_MIN} to {@link #ALIGNMENT_SHIFT_MAX}.
 */
public final class ForwardLayout {
  /** Offset of the scale, f32. A stored weight is scale × impact. */
  public static final int SCALE_OFFSET = 0;

  /** Offset of the number of postings on page 0, u16. */
  public static final int FIRST_RUN_COUNT_OFFSET = SCALE_OFFSET + Float.BYTES;

  /** Offset of the number of further runs, u16. */
  public static final int FURTHER_RUN_COUNT_OFFSET = FIRST_RUN_COUNT_OFFSET + Short.BYTES;

  /** Offset of the further runs. */
  public static final int RUNS_OFFSET = FURTHER_RUN_COUNT_OFFSET + Short.BYTES;

  /** Offset in a further run of its page, u16. */
  public static final int RUN_PAGE_OFFSET = 0;

  /** Offset in a further run of its number of postings, u16, 1 or more. */
  public static final int RUN_COUNT_OFFSET = RUN_PAGE_OFFSET + Short.BYTES;

  /** Length of a further run. */
  public static final int RUN_LENGTH = RUN_COUNT_OFFSET + Short.BYTES;

  /**
   * The length of a posting in bytes. It has the low half of its term number, u16, and its impact,
   * u8.
   */
  public static final int POSTING_LENGTH = Short.BYTES + Byte.BYTES;

  /** The number of bits of a term number that a posting holds. */
  public static final int PAGE_SHIFT = 16;

  /** Number of term numbers on a page. */
  public static final int PAGE_LENGTH = 1 << PAGE_SHIFT;

  /**
   * The largest number of postings of a run. A page with more postings is split into several runs.
   */
  public static final int RUN_COUNT_MAX = 65_535;

  /** The smallest alignment of records, as a power of two: 4 bytes, for up to 16 GiB of records. */
  public static final int ALIGNMENT_SHIFT_MIN = 2;

  /**
   * The largest alignment of records, as a power of two: 64 bytes, for up to 256 GiB of records.
   */
  public static final int ALIGNMENT_SHIFT_MAX = 6;

  private ForwardLayout() {}

  /**
   * Rounds the length of a record up to the alignment.
   *
   * @param lengthBytes the length in bytes, as {@link #recordLength} returns it
   * @param alignmentShift the alignment as a power of two
   */
  public static long padded(long lengthBytes, int alignmentShift) {
    return (lengthBytes + (1L << alignmentShift) - 1) & -(1L << alignmentShift);
  }

  /**
   * Returns the length of a record in bytes before padding.
   *
   * @param postingCount the document's postings
   * @param furtherRunCount the number of its runs after the first
   */
  public static long recordLength(long postingCount, int furtherRunCount) {
    return RUNS_OFFSET + (long) furtherRunCount * RUN_LENGTH + POSTING_LENGTH * postingCount;
  }
}
