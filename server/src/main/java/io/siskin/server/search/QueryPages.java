package io.siskin.server.search;

import io.siskin.index.format.v1.ForwardLayout;
import java.util.Arrays;

/**
 * A query's weights laid out densely by term number: one page of 65,536 weights for each page that
 * the query touches.
 *
 * <p>Used by one thread. {@link #lay} and {@link #clear} bracket a query.
 */
final class QueryPages {
  // A page is 256 KiB: a vocabulary of millions of terms must not pin one for each 65,536 of them.
  private static final int PAGES_HELD_MAX = 16;
  private static final int[] NO_PAGE = new int[0];

  private int pagesHeld = 1;
  private int[][] pages = {new int[ForwardLayout.PAGE_LENGTH]};

  /** Lays a query out. */
  void lay(SegmentQuery query) {
    for (int i = 0; i < query.termCount(); i++) {
      int term = query.termNumber(i);
      make(term >>> ForwardLayout.PAGE_SHIFT)[term & (ForwardLayout.PAGE_LENGTH - 1)] =
          query.weight(i);
    }
  }

  /** Clears what {@link #lay} laid out, at a cost of the query's terms. */
  void clear(SegmentQuery query) {
    for (int i = 0; i < query.termCount(); i++) {
      int term = query.termNumber(i);
      pages[term >>> ForwardLayout.PAGE_SHIFT][term & (ForwardLayout.PAGE_LENGTH - 1)] = 0;
    }
    if (pagesHeld > PAGES_HELD_MAX) {
      pages = new int[][] {pages[0]};
      pagesHeld = 1;
    }
  }

  /** Returns about how many bytes of heap the pages take. */
  long heapBytes() {
    long bytes = 0;
    for (int[] page : pages) {
      bytes += (long) Integer.BYTES * page.length;
    }
    return bytes;
  }

  /** Returns the weights of the term numbers below 65,536. */
  int[] first() {
    return pages[0];
  }

  /** Returns whether the query may have terms on a page. */
  boolean has(int number) {
    return number < pages.length && pages[number].length > 0;
  }

  /** Returns the weights of a page that the query {@link #has}. */
  int[] page(int number) {
    return pages[number];
  }

  private int[] make(int number) {
    if (number >= pages.length) {
      int known = pages.length;
      pages = Arrays.copyOf(pages, number + 1);
      Arrays.fill(pages, known, pages.length, NO_PAGE);
    }
    if (pages[number].length == 0) {
      pages[number] = new int[ForwardLayout.PAGE_LENGTH];
      pagesHeld++;
    }
    return pages[number];
  }
}
