package io.siskin.index.format.v1;

/**
 * The sections of {@code impacts.dat}. They hold posting lists in descending order of their
 * impacts, so that a query can read the front of each list and stop there.
 *
 * <p>Documents are cut into windows of 65,536 consecutive numbers. Each list has its own impact
 * scale, which replaces the scales of the documents. The impact of a posting is its effective
 * weight divided by this scale, rounded, 1 to 255. Static pruning may have left out postings of the
 * segment.
 *
 * <p>A frequent term has a <em>windowed list</em>. It has a row with totals, and one entry per
 * window. A rarer term (fewer than {@link #WINDOWED_POSTINGS_PER_WINDOW} postings per window, on
 * average) has a <em>plain list</em>.
 *
 * <pre>
 *  windowed list, at its offset in IMPACT_POSTINGS; n and n' are the postings of windows 0 and 1
 * +---------------------+--------------------+----------------------+---------------------+----
 * | local documents,    | impacts,           | local documents,     | impacts,            | …
 * | n × u16             | n × u8, descending | n' × u16             | n' × u8, descending |
 * +---------------------+--------------------+----------------------+---------------------+----
 *
 *  plain list, at its offset in IMPACT_PLAIN_LISTS; n is the number of its postings
 * +---------------------------+-----------------+
 * | document numbers,         | impacts,        |
 * | n × u32, ascending        | n × u8          |
 * +---------------------------+-----------------+
 * </pre>
 *
 * This class has only constants and simple arithmetic.
 */
public final class ImpactOrderedLayout {
  /** The number of low bits of a document number that are local to its window. */
  public static final int WINDOW_SHIFT = 16;

  /** The number of documents of a window. */
  public static final int WINDOW_LENGTH = 1 << WINDOW_SHIFT;

  /** The largest number of postings of a list in one window, because a count is a u16. */
  public static final int WINDOW_POSTING_COUNT_MAX = 0xFFFF;

  /** A term with at least this many postings per window, on average, has a windowed list. */
  public static final int WINDOWED_POSTINGS_PER_WINDOW = 32;

  /** The largest impact. */
  public static final int IMPACT_MAX = 255;

  /** The number of impact levels. Lists store a count of postings for each level. */
  public static final int LEVEL_COUNT = 14;

  /**
   * The impacts at which the levels begin, in ascending order. All postings reach the first level.
   */
  private static final int[] LEVELS = {1, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192};

  /** The values of k for which a list stores its k-th largest impact. */
  private static final int[] RANKS = {10, 100, 1000};

  /** IMPACT_PARAMETERS: offset of the number of documents, u32. */
  public static final int DOCUMENT_COUNT_OFFSET = 0;

  /** IMPACT_PARAMETERS: offset of the number of terms, u32. */
  public static final int TERM_COUNT_OFFSET = DOCUMENT_COUNT_OFFSET + Integer.BYTES;

  /** IMPACT_PARAMETERS: offset of the number of windows, u32. */
  public static final int WINDOW_COUNT_OFFSET = TERM_COUNT_OFFSET + Integer.BYTES;

  /** IMPACT_PARAMETERS: offset of the number of windowed lists, u32. */
  public static final int ROW_COUNT_OFFSET = WINDOW_COUNT_OFFSET + Integer.BYTES;

  /** IMPACT_PARAMETERS: offset of the number of postings in all lists, u64. */
  public static final int POSTING_COUNT_OFFSET = ROW_COUNT_OFFSET + Integer.BYTES;

  /** IMPACT_PARAMETERS: offset of 8 reserved bytes, zero. */
  public static final int PARAMETERS_RESERVED_OFFSET = POSTING_COUNT_OFFSET + Long.BYTES;

  /** Length of IMPACT_PARAMETERS in bytes. */
  public static final int PARAMETERS_LENGTH = PARAMETERS_RESERVED_OFFSET + Long.BYTES;

  /** Entry of IMPACT_TERMS: offset of the list's place in its section in bytes, u64. */
  public static final int TERM_LIST_OFFSET = 0;

  /** Entry of IMPACT_TERMS: offset of the number of the list's postings, u32; 0 for no list. */
  public static final int TERM_POSTING_COUNT_OFFSET = TERM_LIST_OFFSET + Long.BYTES;

  /** Entry of IMPACT_TERMS: offset of the row number + 1, u32; 0 for a plain list. */
  public static final int TERM_ROW_OFFSET = TERM_POSTING_COUNT_OFFSET + Integer.BYTES;

  /** Entry of IMPACT_TERMS: offset of the list's impact scale, f32, above 0; 0 for no list. */
  public static final int TERM_SCALE_OFFSET = TERM_ROW_OFFSET + Integer.BYTES;

  /**
   * Entry of IMPACT_TERMS: offset of the list's 10th, 100th and 1000th largest impact, u8 each; 0
   * if the list has fewer postings.
   */
  public static final int TERM_RANKED_IMPACTS_OFFSET = TERM_SCALE_OFFSET + Float.BYTES;

  /** Entry of IMPACT_TERMS: offset of 1 reserved byte, zero. */
  public static final int TERM_RESERVED_OFFSET = TERM_RANKED_IMPACTS_OFFSET + RANKS.length;

  /** Length of an entry of IMPACT_TERMS in bytes. */
  public static final int TERM_LENGTH = TERM_RESERVED_OFFSET + Byte.BYTES;

  /** Length of an entry of IMPACT_TOTALS in bytes: a u32 for each level. */
  public static final int TOTALS_LENGTH = LEVEL_COUNT * Integer.BYTES;

  /**
   * Entry of IMPACT_WINDOWS: offset of the number of the list's postings in earlier windows, u32.
   */
  public static final int WINDOW_START_OFFSET = 0;

  /**
   * Entry of IMPACT_WINDOWS: offset of the numbers of postings of the window that reach each level,
   * u16 each. The first number counts all postings of the window.
   */
  public static final int WINDOW_COUNTS_OFFSET = WINDOW_START_OFFSET + Integer.BYTES;

  /** Length of an entry of IMPACT_WINDOWS in bytes. It is half a cache line. */
  public static final int WINDOW_ENTRY_LENGTH = WINDOW_COUNTS_OFFSET + LEVEL_COUNT * Short.BYTES;

  /**
   * The length of a posting in a windowed list in bytes. It has a local document number, u16, and
   * an impact, u8.
   */
  public static final int WINDOWED_POSTING_LENGTH = Short.BYTES + Byte.BYTES;

  /**
   * The length of a posting in a plain list in bytes. It has a document number, u32, and an impact,
   * u8.
   */
  public static final int PLAIN_POSTING_LENGTH = Integer.BYTES + Byte.BYTES;

  /** The level of each impact, indexed by impact. */
  private static final byte[] LEVEL_OF = levels();

  static {
    if (PARAMETERS_LENGTH != 32 || TERM_LENGTH != 24 || WINDOW_ENTRY_LENGTH != 32) {
      throw new AssertionError(PARAMETERS_LENGTH + ", " + TERM_LENGTH + ", " + WINDOW_ENTRY_LENGTH);
    }
  }

  private ImpactOrderedLayout() {}

  /**
   * Returns the number of windows.
   *
   * @param documentCount the segment's documents
   */
  public static int windowCount(int documentCount) {
    return (int) (((long) documentCount + WINDOW_LENGTH - 1) >>> WINDOW_SHIFT);
  }

  /**
   * Returns whether a list is windowed.
   *
   * @param postingCount the postings of the list
   * @param windowCount the segment's windows
   */
  public static boolean isWindowed(int postingCount, int windowCount) {
    return postingCount > 0 && postingCount >= (long) WINDOWED_POSTINGS_PER_WINDOW * windowCount;
  }

  /**
   * Returns the impact at which a level begins.
   *
   * @param level 0 to {@link #LEVEL_COUNT} − 1
   */
  public static int levelImpact(int level) {
    return LEVELS[level];
  }

  /**
   * Returns the highest level that an impact reaches.
   *
   * @param impact 1 to 255
   */
  public static int levelAt(int impact) {
    return LEVEL_OF[impact];
  }

  /** Returns the number of k-th impacts that a list stores. */
  public static int rankCount() {
    return RANKS.length;
  }

  /**
   * Returns the k of a stored k-th impact.
   *
   * @param index 0 to {@link #rankCount} − 1. The values of k ascend with the index
   */
  public static int rank(int index) {
    return RANKS[index];
  }

  private static byte[] levels() {
    byte[] levels = new byte[IMPACT_MAX + 1];
    for (int impact = 1, level = 0; impact <= IMPACT_MAX; impact++) {
      if (level + 1 < LEVEL_COUNT && LEVELS[level + 1] == impact) {
        level++;
      }
      levels[impact] = (byte) level;
    }
    return levels;
  }
}
