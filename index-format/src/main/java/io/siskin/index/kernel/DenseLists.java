package io.siskin.index.kernel;

/**
 * The dense posting lists of a query's terms as parallel arrays. Plain scratch memory; used by one
 * thread.
 */
public final class DenseLists {
  /** By list: offset in bytes of its row of superblock maxima. */
  public long[] maxima;

  /** By list: offset in bytes of its row of entries. */
  public long[] entries;

  /** By list: offset in bytes of its postings. */
  public long[] postings;

  /** By list: the query's weight. */
  public int[] weights;

  /** By list: the weight that superblock maxima are multiplied with. */
  public int[] superblockWeights;

  /** By list: the weight that document-block maxima are multiplied with. */
  public int[] blockWeights;

  /** How many lists there are. */
  public int count;

  /**
   * Makes room.
   *
   * @param capacity the most lists
   */
  public DenseLists(int capacity) {
    maxima = new long[capacity];
    entries = new long[capacity];
    postings = new long[capacity];
    weights = new int[capacity];
    superblockWeights = new int[capacity];
    blockWeights = new int[capacity];
  }
}
