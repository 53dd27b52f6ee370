package io.siskin.index.format.v1;

import io.siskin.index.format.FileLayout;

/**
 * The sections of {@code clusters.dat}. They hold the heaviest postings of each term, cut into
 * posting blocks of similar documents, with one summary per posting block. The method is that of
 * Seismic (Bruch, Nardini, Rulli, Venturini, SIGIR 2024).
 *
 * <p>All data that a query reads of a term is together in one <em>list record</em>. So a list that
 * is not in the cache needs an access to one place in memory, and not to six:
 *
 * <pre>
 *  0         4        6        8        12       16
 * +---------+--------+--------+--------+--------+
 * | postings| blocks | entry  | rows   | scale  |
 * | u32     | u16    | len u16| u32    | f32    |
 * +---------+--------+--------+--------+--------+------------------------+
 * | directory: rows + 1 entries, term number ascending                   |
 * |   entry length 4: start u16 (low), term number u16 (high)            |
 * |   entry length 8: start u32 (low), term number u32 (high)            |
 * +----------------------------------------------------------------------+
 * | rows, one per term                                                   |
 * |   dense:  the value u8 of every posting block                        |
 * |   sparse: posting block numbers, then one value u8 each              |
 * +----------------------------------------------------------------------+
 * | block starts: blocks + 1 positions in the list, u16 or u32           |
 * +----------------------------------------------------------------------+
 * | document numbers, bit-packed, posting block after posting block      |
 * +----------------------------------------------------------------------+ padded to the alignment
 * </pre>
 *
 * <p>Summaries are stored term by term. So one pass over the terms of a query adds up the scores of
 * all summaries of the list. A row is dense if the dense form is not longer than the sparse form.
 * So the length of a row shows its form. If it is the number of posting blocks of the list, the row
 * is dense. If it is smaller, the row is sparse. The weight of a term in a summary is {@code scale
 * × value}.
 *
 * <p>A list without rows has no summaries. Such a list is short, and reading its documents costs
 * less than estimating their scores.
 */
public final class ClusterLayout {
  /** Offset in CLUSTER_PARAMETERS of the number of kept postings, u64. */
  public static final int POSTING_COUNT_OFFSET = 0;

  /** Offset in CLUSTER_PARAMETERS of the number of posting blocks, u64. */
  public static final int BLOCK_COUNT_OFFSET = POSTING_COUNT_OFFSET + Long.BYTES;

  /** Offset in CLUSTER_PARAMETERS of the number of summary entries, u64. */
  public static final int ENTRY_COUNT_OFFSET = BLOCK_COUNT_OFFSET + Long.BYTES;

  /** Offset in CLUSTER_PARAMETERS of the most postings of a list, u32. */
  public static final int LIST_POSTING_COUNT_MAX_OFFSET = ENTRY_COUNT_OFFSET + Long.BYTES;

  /** Offset in CLUSTER_PARAMETERS of the most posting blocks of a list, u32. */
  public static final int LIST_BLOCK_COUNT_MAX_OFFSET =
      LIST_POSTING_COUNT_MAX_OFFSET + Integer.BYTES;

  /** Offset in CLUSTER_PARAMETERS of the bits of a packed document number, u32. */
  public static final int DOCUMENT_BITS_OFFSET = LIST_BLOCK_COUNT_MAX_OFFSET + Integer.BYTES;

  /** Offset in CLUSTER_PARAMETERS of 28 reserved bytes, zero. */
  public static final int RESERVED_OFFSET = DOCUMENT_BITS_OFFSET + Integer.BYTES;

  /** Length of CLUSTER_PARAMETERS in bytes. */
  public static final int PARAMETERS_LENGTH = RESERVED_OFFSET + 28;

  /** Offset in a list record of its number of postings, u32. */
  public static final int LIST_POSTING_COUNT_OFFSET = 0;

  /** Offset in a list record of its number of posting blocks, u16, 1 or more. */
  public static final int LIST_BLOCK_COUNT_OFFSET = LIST_POSTING_COUNT_OFFSET + Integer.BYTES;

  /** Offset in a list record of the length of its directory's entries, u16: 4 or 8. */
  public static final int LIST_ENTRY_LENGTH_OFFSET = LIST_BLOCK_COUNT_OFFSET + Short.BYTES;

  /** Offset in a list record of its number of rows, u32. */
  public static final int LIST_ROW_COUNT_OFFSET = LIST_ENTRY_LENGTH_OFFSET + Short.BYTES;

  /** Offset in a list record of the scale of its summaries' values, f32. */
  public static final int LIST_SCALE_OFFSET = LIST_ROW_COUNT_OFFSET + Integer.BYTES;

  /** Offset in a list record of its directory. */
  public static final int LIST_DIRECTORY_OFFSET = LIST_SCALE_OFFSET + Float.BYTES;

  /** Length of a directory entry when start and term number have 16 bits each. */
  public static final int NARROW_ENTRY_LENGTH = 4;

  /** Length of a directory entry when start and term number have 32 bits each. */
  public static final int WIDE_ENTRY_LENGTH = 8;

  /**
   * The term number of the last entry of a narrow directory. The start in this entry is the end of
   * the rows. No real term has this number.
   */
  public static final int NARROW_END = 0xFFFF;

  /** The largest number of posting blocks of a list. Their numbers have at most 16 bits. */
  public static final int LIST_BLOCK_COUNT_MAX = 65_535;

  /**
   * Lists with at most this many posting blocks have 8-bit block numbers in their sparse rows.
   * Other lists have 16-bit block numbers.
   */
  public static final int BYTE_BLOCK_COUNT_MAX = 256;

  /**
   * Lists with at most this many postings have 16-bit block starts. Other lists have 32-bit block
   * starts.
   */
  public static final int SHORT_POSTING_COUNT_MAX = 65_535;

  /** The largest value of a term in a summary. */
  public static final int VALUE_MAX = 255;

  /**
   * The smallest alignment of list records, as a power of two: 4 bytes, for up to 16 GiB of them.
   */
  public static final int ALIGNMENT_SHIFT_MIN = 2;

  /**
   * The largest alignment of list records, as a power of two: 64 bytes, for up to 256 GiB of them.
   */
  public static final int ALIGNMENT_SHIFT_MAX = 6;

  static {
    if (PARAMETERS_LENGTH != FileLayout.SECTION_ALIGNMENT || LIST_DIRECTORY_OFFSET != 16) {
      throw new AssertionError(
          "parameters " + PARAMETERS_LENGTH + ", list header " + LIST_DIRECTORY_OFFSET);
    }
  }

  private ClusterLayout() {}

  /**
   * Returns the bits of a packed document number.
   *
   * @param documentCount the segment's documents, 0 or more
   */
  public static int documentBits(int documentCount) {
    return Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, documentCount - 1)));
  }

  /**
   * Returns the length of a posting block number in a sparse row, in bytes.
   *
   * @param blockCount the list's posting blocks
   */
  public static int blockNumberLength(int blockCount) {
    return blockCount <= BYTE_BLOCK_COUNT_MAX ? Byte.BYTES : Short.BYTES;
  }

  /**
   * Returns the length of a block start in bytes.
   *
   * @param postingCount the list's postings
   */
  public static int blockStartLength(int postingCount) {
    return postingCount <= SHORT_POSTING_COUNT_MAX ? Short.BYTES : Integer.BYTES;
  }

  /**
   * Returns the length of a row in bytes. This is the length of the shorter of its two forms.
   *
   * @param entryCount the posting blocks whose summaries have the term
   * @param blockCount the list's posting blocks
   */
  public static int rowLength(int entryCount, int blockCount) {
    long sparse = (long) entryCount * (blockNumberLength(blockCount) + Byte.BYTES);
    return (int) Math.min(sparse, blockCount);
  }

  /**
   * Returns the length of packed document numbers in bytes.
   *
   * @param postingCount the number of document numbers
   * @param documentBits the number of bits of each
   */
  public static long documentsLength(long postingCount, int documentBits) {
    return (postingCount * documentBits + Byte.SIZE - 1) / Byte.SIZE;
  }

  /**
   * Returns the length of a list record in bytes before padding.
   *
   * @param postingCount its postings
   * @param blockCount its posting blocks
   * @param rowCount its rows
   * @param entryLength the length of its directory's entries
   * @param rowsLength the bytes of all its rows
   * @param documentBits the bits of a packed document number
   */
  public static long recordLength(
      int postingCount,
      int blockCount,
      int rowCount,
      int entryLength,
      long rowsLength,
      int documentBits) {
    return LIST_DIRECTORY_OFFSET
        + (rowCount + 1L) * entryLength
        + rowsLength
        + (blockCount + 1L) * blockStartLength(postingCount)
        + documentsLength(postingCount, documentBits);
  }
}
