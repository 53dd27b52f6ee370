package io.siskin.server.corpus;

import org.jspecify.annotations.Nullable;

/**
 * A row of 2 to the 31 numbers that are 0 until they are set. Only what lies near another number
 * takes memory, and looking for the next one passes over the rest. So numbers that lie far apart,
 * as somebody may have written them, take memory in proportion to how many there are. Not
 * thread-safe.
 *
 * <p>It is a tree of two levels above its pages: 8,192 branches of 1,024 pages of 256 numbers.
 */
final class PagedLongs {
  private static final int PAGE_BITS = 8;
  private static final int BRANCH_BITS = 10;
  private static final int PAGE_LENGTH = 1 << PAGE_BITS;
  private static final int BRANCH_LENGTH = 1 << BRANCH_BITS;
  private static final int BRANCH_COUNT = 1 << (Integer.SIZE - 1 - PAGE_BITS - BRANCH_BITS);

  private final @Nullable Branch[] branches = new @Nullable Branch[BRANCH_COUNT];

  /** Pages beside one another. */
  private static final class Branch {
    private final @Nullable Page[] pages = new @Nullable Page[BRANCH_LENGTH];
  }

  /** Numbers beside one another. */
  private static final class Page {
    private final long[] numbers = new long[PAGE_LENGTH];
  }

  /**
   * Returns a number.
   *
   * @param index its place, 0 or more
   */
  long get(int index) {
    Branch branch = branches[index >>> (PAGE_BITS + BRANCH_BITS)];
    Page page = branch == null ? null : branch.pages[(index >>> PAGE_BITS) & (BRANCH_LENGTH - 1)];
    return page == null ? 0 : page.numbers[index & (PAGE_LENGTH - 1)];
  }

  /**
   * Adds to a number.
   *
   * @param index its place, 0 or more
   * @param more what is added
   */
  void add(int index, long more) {
    int branchIndex = index >>> (PAGE_BITS + BRANCH_BITS);
    Branch branch = branches[branchIndex];
    if (branch == null) {
      branch = new Branch();
      branches[branchIndex] = branch;
    }
    int pageIndex = (index >>> PAGE_BITS) & (BRANCH_LENGTH - 1);
    Page page = branch.pages[pageIndex];
    if (page == null) {
      page = new Page();
      branch.pages[pageIndex] = page;
    }
    page.numbers[index & (PAGE_LENGTH - 1)] += more;
  }

  /**
   * Returns the place of the next number that is not 0.
   *
   * @param from where to begin, 0 or more
   * @return its place; −1 if there is none
   */
  int next(int from) {
    int index = from;
    while (index >= 0) {
      Branch branch = branches[index >>> (PAGE_BITS + BRANCH_BITS)];
      if (branch == null) {
        index = after(index, PAGE_BITS + BRANCH_BITS);
        continue;
      }
      Page page = branch.pages[(index >>> PAGE_BITS) & (BRANCH_LENGTH - 1)];
      if (page == null) {
        index = after(index, PAGE_BITS);
        continue;
      }
      if (page.numbers[index & (PAGE_LENGTH - 1)] != 0) {
        return index;
      }
      index++;
    }
    return -1;
  }

  /** Returns the first place behind a branch or a page; negative behind the last one. */
  private static int after(int index, int bits) {
    return ((index >>> bits) + 1) << bits;
  }
}
