package io.siskin.index.kernel;

/**
 * Superblocks whose documents are being scored together: for each a row of integer sums and the
 * range of documents that matters. Plain scratch memory, filled by an evaluator and read by {@link
 * BlockMaxKernels}; used by one thread.
 */
public final class ScoreRows {
  /** By row: the superblock's number. */
  public final int[] superblocks;

  /** By row: the first local document number that matters. */
  public final int[] firsts;

  /** By row: the last local document number that matters. */
  public final int[] lasts;

  /**
   * The sums, row after row, {@link #rowLength} each. Sums of documents outside a row's range mean
   * nothing, which lets a kernel add more than was asked for. One further row takes what a damaged
   * list would write past the last one.
   */
  public final int[] sums;

  /** By row: the bits of an entry's first 8 bytes that are set if it has postings that matter. */
  public final long[] masks;

  /** By row: the same for an entry's second 8 bytes. */
  public final long[] secondMasks;

  /** The most pairs of a list and a row that are looked up before any is added. */
  public static final int ITEMS = 2048;

  /** Scratch of {@link BlockMaxKernels#addPostings}, by pair: where its postings start. */
  public final long[] offsets;

  /** Scratch, by pair: how many postings it has. */
  public final int[] counts;

  /** Scratch, by pair: how far its impacts are from its local documents. */
  public final int[] impactDistances;

  /** Scratch, by pair: its row. */
  public final int[] itemRows;

  /** Scratch, by pair: the weight of its list. */
  public final int[] itemWeights;

  /**
   * Postings are added to sums when so many have been prepared, or a superblock's more: few enough
   * for the first-level cache, many enough that the loop seldom ends.
   */
  public static final int PAIRS = 1024;

  /** What a superblock's last vector may reach beyond {@link #PAIRS} and its postings. */
  private static final int PAIRS_BEYOND = 256 + 64;

  /** Scratch, by posting that is to be added: the place of its document in the sums. */
  public final int[] positions = new int[PAIRS + PAIRS_BEYOND];

  /** Scratch, by posting that is to be added: what is added. */
  public final int[] products = new int[PAIRS + PAIRS_BEYOND];

  /** Scratch: keeps reads alive whose only purpose is to bring cache lines near. */
  public int touched;

  /** Documents of a superblock. */
  public final int rowLength;

  /** How many rows are in use. */
  public int count;

  /**
   * Makes room.
   *
   * @param rows the most rows in use at once
   * @param rowLength documents of a superblock, at most 256
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
}
