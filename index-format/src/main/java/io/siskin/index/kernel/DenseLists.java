package io.siskin.index.kernel;

/**
 * The dense posting lists of a query's terms as parallel arrays. It is scratch memory, and only one
 * thread may use it.
 */
public final class DenseLists {
  /** The offset in bytes of the row of superblock maxima of each list. */
  public long[] maxima;

  /** The offset in bytes of the row of entries of each list. */
  public long[] entries;

  /** The offset in bytes of the postings of each list. */
  public long[] postings;

  /** The query weight of each list. */
  public int[] weights;

  /** The weight with which the superblock maxima of each list are multiplied. */
  public int[] superblockWeights;

  /** The weight with which the document-block maxima of each list are multiplied. */
  public int[] blockWeights;

  /** The number of lists. */
  public int count;

  /**
   * Allocates the arrays.
   *
   * @param capacity the largest number of lists
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
