package io.siskin.index.format.v1;

/**
 * The sections of {@code blockmax.dat}. They hold posting lists with maxima over ranges of
 * documents.
 *
 * <p>Documents are cut into document blocks of {@code b} consecutive numbers, and 16 document
 * blocks make a superblock. The maxima of a list are whole numbers, in units of the list's own
 * <em>maximum scale</em>. They are promises about effective weights (document scale × impact). The
 * promises hold in exact arithmetic for every posting that they cover:
 *
 * <pre>
 *   superblock maximum M, 1 to 255:       documentScale × impact ≤ maximumScale × M
 *   document-block maximum m, 8 bits:     documentScale × impact ≤ maximumScale × m
 *   document-block maximum m, 4 bits:     documentScale × impact ≤ maximumScale × M × m / 15
 * </pre>
 *
 * <p>A frequent term (at least {@link #DENSE_POSTINGS_PER_SUPERBLOCK} postings per superblock on
 * average) has a <em>dense list</em>. It has a row in each of the three row sections, with one
 * entry for every superblock of the segment. So bounds are sums of rows, and no search is needed to
 * find a superblock. A rarer term has a <em>sparse list</em>, in which each posting has its own
 * maximum.
 *
 * <pre>
 *  dense list, at its offset in BLOCK_MAX_POSTINGS; n and n' are the postings of superblocks 0 and 1
 * +---------------------+--------------+----------------------+---------------+----
 * | local documents,    | impacts,     | local documents,     | impacts,      | …
 * | n × u8, ascending   | n × u8       | n' × u8, ascending   | n' × u8       |
 * +---------------------+--------------+----------------------+---------------+----
 *
 *  sparse list, at its offset in BLOCK_MAX_SPARSE_LISTS; n is the document frequency
 * +---------------------------+-----------------+----------------+
 * | document numbers,         | maxima,         | impacts,       |
 * | n × u32, ascending        | n × u8          | n × u8         |
 * +---------------------------+-----------------+----------------+
 * </pre>
 *
 * This class has only constants.
 */
public final class BlockMaxLayout {
  /** The number of document blocks of a superblock. Their bounds fit one 512-bit vector of ints. */
  public static final int BLOCKS_PER_SUPERBLOCK = 16;

  /**
   * The largest size of a document block. With this size, a local document number just fits a u8.
   */
  public static final int BLOCK_SIZE_MAX = 16;

  /** The smallest size of a document block. */
  public static final int BLOCK_SIZE_MIN = 4;

  /** A term with at least this many postings per superblock, on average, has a dense list. */
  public static final int DENSE_POSTINGS_PER_SUPERBLOCK = 1;

  /** The largest maximum. It has 8 bits. */
  public static final int MAXIMUM_MAX = 255;

  /** The largest packed document-block maximum. It has 4 bits. */
  public static final int PACKED_MAXIMUM_MAX = 15;

  /**
   * The largest number of documents of a file. The longest list, with two bytes per posting, then
   * fits a Java array.
   */
  public static final int DOCUMENT_COUNT_MAX = (1 << 30) - 1;

  /** BLOCK_MAX_PARAMETERS: offset of the number of documents, u32. */
  public static final int DOCUMENT_COUNT_OFFSET = 0;

  /** BLOCK_MAX_PARAMETERS: offset of the number of terms, u32. */
  public static final int TERM_COUNT_OFFSET = DOCUMENT_COUNT_OFFSET + Integer.BYTES;

  /** BLOCK_MAX_PARAMETERS: offset of the number of superblocks, u32. */
  public static final int SUPERBLOCK_COUNT_OFFSET = TERM_COUNT_OFFSET + Integer.BYTES;

  /** BLOCK_MAX_PARAMETERS: offset of the number of dense lists, u32. */
  public static final int ROW_COUNT_OFFSET = SUPERBLOCK_COUNT_OFFSET + Integer.BYTES;

  /** BLOCK_MAX_PARAMETERS: offset of the documents of a document block, u32: 4, 8 or 16. */
  public static final int BLOCK_SIZE_OFFSET = ROW_COUNT_OFFSET + Integer.BYTES;

  /** BLOCK_MAX_PARAMETERS: offset of the bits of a document-block maximum, u32: 4 or 8. */
  public static final int MAXIMUM_BITS_OFFSET = BLOCK_SIZE_OFFSET + Integer.BYTES;

  /** BLOCK_MAX_PARAMETERS: offset of 8 reserved bytes, zero. */
  public static final int PARAMETERS_RESERVED_OFFSET = MAXIMUM_BITS_OFFSET + Integer.BYTES;

  /** Length of BLOCK_MAX_PARAMETERS in bytes. */
  public static final int PARAMETERS_LENGTH = PARAMETERS_RESERVED_OFFSET + Long.BYTES;

  /** Entry of BLOCK_MAX_TERMS: offset of the term's postings in its section in bytes, u64. */
  public static final int TERM_POSTINGS_OFFSET = 0;

  /** Entry of BLOCK_MAX_TERMS: offset of the number of the term's postings, u32. */
  public static final int TERM_DOCUMENT_FREQUENCY_OFFSET = TERM_POSTINGS_OFFSET + Long.BYTES;

  /** Entry of BLOCK_MAX_TERMS: offset of the row number + 1, u32; 0 for a sparse list. */
  public static final int TERM_ROW_OFFSET = TERM_DOCUMENT_FREQUENCY_OFFSET + Integer.BYTES;

  /** Entry of BLOCK_MAX_TERMS: offset of the maximum scale, f32, above 0. */
  public static final int TERM_MAXIMUM_SCALE_OFFSET = TERM_ROW_OFFSET + Integer.BYTES;

  /** Entry of BLOCK_MAX_TERMS: offset of 4 reserved bytes, zero. */
  public static final int TERM_RESERVED_OFFSET = TERM_MAXIMUM_SCALE_OFFSET + Float.BYTES;

  /** Length of an entry of BLOCK_MAX_TERMS in bytes. */
  public static final int TERM_LENGTH = TERM_RESERVED_OFFSET + Integer.BYTES;

  /**
   * Entry of BLOCK_MAX_ENTRIES, after the document-block maxima: offset of the number of the list's
   * postings in earlier superblocks, u32.
   */
  public static final int ENTRY_START_OFFSET = 0;

  /**
   * Entry of BLOCK_MAX_ENTRIES, after the document-block maxima: offset of the number of postings,
   * u16, 0 to 256.
   */
  public static final int ENTRY_COUNT_OFFSET = ENTRY_START_OFFSET + Integer.BYTES;

  /**
   * Entry of BLOCK_MAX_ENTRIES, after the document-block maxima: offset of the superblock maximum,
   * u8.
   */
  public static final int ENTRY_MAXIMUM_OFFSET = ENTRY_COUNT_OFFSET + Short.BYTES;

  /**
   * Entry of BLOCK_MAX_ENTRIES, after the document-block maxima: offset of 1 reserved byte, zero.
   */
  public static final int ENTRY_RESERVED_OFFSET = ENTRY_MAXIMUM_OFFSET + Byte.BYTES;

  /** Bytes of an entry of BLOCK_MAX_ENTRIES after its document-block maxima. */
  public static final int ENTRY_TAIL_LENGTH = ENTRY_RESERVED_OFFSET + Byte.BYTES;

  /** Bytes of a posting in a sparse list: document number u32, maximum u8, impact u8. */
  public static final int SPARSE_POSTING_LENGTH = Integer.BYTES + 2;

  /** Bytes of a posting in a dense list: local document number u8, impact u8. */
  public static final int DENSE_POSTING_LENGTH = 2;

  static {
    if (PARAMETERS_LENGTH != 32 || TERM_LENGTH != 24) {
      throw new AssertionError("parameters " + PARAMETERS_LENGTH + ", term " + TERM_LENGTH);
    }
  }

  private BlockMaxLayout() {}

  /**
   * Returns the number of superblocks.
   *
   * @param documentCount the segment's documents
   * @param blockSize the documents of a document block
   */
  public static int superblockCount(int documentCount, int blockSize) {
    int superblockSize = BLOCKS_PER_SUPERBLOCK * blockSize;
    return (int) (((long) documentCount + superblockSize - 1) / superblockSize);
  }

  /**
   * Returns whether a term has a dense list.
   *
   * @param documentFrequency how many documents have the term
   * @param superblockCount the segment's superblocks
   */
  public static boolean isDense(int documentFrequency, int superblockCount) {
    return documentFrequency >= (long) DENSE_POSTINGS_PER_SUPERBLOCK * superblockCount
        && documentFrequency > 0;
  }

  /**
   * Returns the length of a row of superblock maxima in bytes. There is one byte per superblock,
   * padded with zeros to a multiple of 16.
   *
   * @param superblockCount the segment's superblocks
   */
  public static int superblockMaximaRowLength(int superblockCount) {
    return (superblockCount + 15) & -16;
  }

  /**
   * Returns the length of an entry of a dense list in bytes.
   *
   * @param maximumBits 4 or 8
   */
  public static int entryLength(int maximumBits) {
    return maximaLength(maximumBits) + ENTRY_TAIL_LENGTH;
  }

  /**
   * Returns the length of the document-block maxima at the beginning of an entry in bytes.
   *
   * @param maximumBits 4 or 8
   */
  public static int maximaLength(int maximumBits) {
    return BLOCKS_PER_SUPERBLOCK * maximumBits / Byte.SIZE;
  }

  /**
   * Returns the position of the 4-bit maximum of a document block in the packed u64 of its
   * superblock. Blocks 0, 2, 4… fill the low half upwards, and blocks 1, 3, 5… fill the high half.
   * So a broadcast of the u64 and one shift per lane unpack all 16 maxima in order.
   *
   * @param block 0 to 15, local to the superblock
   * @return the number of bits by which the u64 must be shifted right
   */
  public static int packedShift(int block) {
    return (block & 1) * Integer.SIZE + (block >> 1) * 4;
  }
}
