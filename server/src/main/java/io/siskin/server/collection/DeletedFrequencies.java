package io.siskin.server.collection;

import java.util.Arrays;

/**
 * In how many deleted documents of one segment each term is. The document frequency of a term in
 * the segment, less this, is its frequency among the documents that are left.
 *
 * <p>The counts are in pages of {@value #PAGE_LENGTH} terms. Tables that are derived from others
 * share the pages that do not differ.
 *
 * <p>Immutable; safe to share.
 */
public final class DeletedFrequencies {
  /** The number of terms of a page. */
  static final int PAGE_LENGTH = 1 << 8;

  /** No document is deleted. */
  public static final DeletedFrequencies NONE = new DeletedFrequencies(new int[0][]);

  private static final int[] ZEROS = new int[PAGE_LENGTH];

  private final int[][] pages;

  private DeletedFrequencies(int[][] pages) {
    this.pages = pages;
  }

  /**
   * Returns in how many deleted documents a term is.
   *
   * @param term its number in the segment, 0 or more
   */
  public int of(int term) {
    int page = term / PAGE_LENGTH;
    return page < pages.length ? pages[page][term % PAGE_LENGTH] : 0;
  }

  /**
   * Returns about how many bytes of heap it takes: its pages, but for those without a count, which
   * all tables share. Pages that it shares with single other tables count in full.
   */
  public long heapBytes() {
    long bytes = 16 + 4L * pages.length;
    for (int[] page : pages) {
      if (!isZeros(page)) {
        bytes += 16 + (long) Integer.BYTES * PAGE_LENGTH;
      }
    }
    return bytes;
  }

  /** Tells whether a page is the shared one. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isZeros(int[] page) {
    return page == ZEROS;
  }

  /** Begins a table that counts more documents. */
  public Builder toBuilder() {
    return new Builder(pages);
  }

  /**
   * Counts further deleted documents. Copies a page when it is first written.
   *
   * <p>Used by one thread. After {@link #build} it may go on.
   */
  public static final class Builder {
    private int[][] pages;
    private boolean[] owned;

    private Builder(int[][] pages) {
      this.pages = pages.clone();
      this.owned = new boolean[pages.length];
    }

    /**
     * Counts one document more that has a term.
     *
     * @param term the term's number in the segment, 0 or more
     */
    public void add(int term) {
      int page = term / PAGE_LENGTH;
      if (page >= pages.length) {
        int before = pages.length;
        pages = Arrays.copyOf(pages, Math.max(page + 1, before + before / 2));
        owned = Arrays.copyOf(owned, pages.length);
        Arrays.fill(pages, before, pages.length, ZEROS);
      }
      if (!owned[page]) {
        pages[page] = pages[page].clone();
        owned[page] = true;
      }
      pages[page][term % PAGE_LENGTH]++;
    }

    /** Returns the table of what was counted until now. */
    public DeletedFrequencies build() {
      Arrays.fill(owned, false);
      return new DeletedFrequencies(pages.clone());
    }
  }
}
