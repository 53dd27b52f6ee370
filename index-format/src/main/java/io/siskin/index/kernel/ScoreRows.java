package io.siskin.index.kernel;

/**
 * Superblocks whose documents are scored together. Each has a row of integer sums and the range of
 * documents that matters. It is scratch memory that an evaluator fills and {@link BlockMaxKernels}
 * read. Only one thread may use it.
 */
public final class ScoreRows {
  /** The number of the superblock of each row. */
  public final int[] superblocks;

  /** The first local document number that matters in each row. */
  public final int[] firsts;

  /** The last local document number that matters in each row. */
  public final int[] lasts;

  /**
   * The sums, row after row. Each row has {@link #rowLength} sums. Sums of documents outside the
   * range of a row have no meaning, so a kernel may add more postings than are needed. One extra
   * row receives what a damaged list would write after the last row.
   */
  public final int[] sums;

  /**
   * A mask of the first 8 bytes of an entry, for each row. An entry whose first 8 bytes have a bit
   * of this mask has postings that matter.
   */
  public final long[] masks;

  /** The same mask for the second 8 bytes of an entry, for each row. */
  public final long[] secondMasks;

  /** The largest number of (list, row) pairs that are looked up before their postings are added. */
  public static final int ITEMS = 2048;

  /**
   * Scratch memory of {@link BlockMaxKernels#addPostings}: the offset of the postings of each pair.
   */
  public final long[] offsets;

  /** Scratch memory: the number of postings of each pair. */
  public final int[] counts;

  /** Scratch memory: the distance in bytes from the local documents of each pair to its impacts. */
  public final int[] impactDistances;

  /** Scratch memory: the row of each pair. */
  public final int[] itemRows;

  /** Scratch memory: the weight of the list of each pair. */
  public final int[] itemWeights;

  /**
   * The number of prepared postings at which they are added to sums. Up to one superblock's
   * postings more may have been prepared by then. The number is small enough for the first-level
   * cache, and large enough that the loop ends rarely.
   */
  public static final int PAIRS = 1024;

  /**
   * The number of extra elements. The postings of one superblock and its last vector may reach this
   * far beyond {@link #PAIRS}.
   */
  private static final int PAIRS_BEYOND = 256 + 64;

  /** Scratch memory: for each posting to add, the index of its document in the sums. */
  public final int[] positions = new int[PAIRS + PAIRS_BEYOND];

  /** Scratch memory: for each posting to add, the product that is added. */
  public final int[] products = new int[PAIRS + PAIRS_BEYOND];

  /**
   * Scratch memory: the result of reads that only load cache lines. It stops the compiler from
   * removing these reads.
   */
  public int touched;

  /** The number of documents of a superblock. */
  public final int rowLength;

  /** The number of rows in use. */
  public int count;

  /**
   * Allocates the arrays.
   *
   * @param rows the largest number of rows in use at the same time
   * @param rowLength the number of documents of a superblock, at most 256
   */
  public ScoreRows(int rows, int rowLength) {
    this.superblocks = new int[rows];
    this.firsts = new int[rows];
    this.lasts = new int[rows];
    this.masks = new long[rows];
    this.secondMasks = new long[rows];
    this.offsets = new long[ITEMS];
    this.counts = new int[ITEMS];
    this.impactDistances = new int[ITEMS];
    this.itemRows = new int[ITEMS];
    this.itemWeights = new int[ITEMS];
    this.rowLength = rowLength;
    this.sums = new int[rows * rowLength + 256];
  }

  /** Returns about how many bytes of heap the arrays take. */
  public long heapBytes() {
    int longs = masks.length + secondMasks.length + offsets.length;
    int perRow = superblocks.length + firsts.length + lasts.length;
    int perItem = counts.length + impactDistances.length + itemRows.length + itemWeights.length;
    int ints = perRow + perItem + positions.length + products.length + sums.length;
    return (long) Long.BYTES * longs + (long) Integer.BYTES * ints;
  }
}
