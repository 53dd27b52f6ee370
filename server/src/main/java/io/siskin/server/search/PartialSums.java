package io.siskin.server.search;

import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.ImpactOrderedLayout;
import io.siskin.index.kernel.ImpactKernel;
import io.siskin.index.segment.ImpactOrderedIndex;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The partial sums of one window's documents, and how the lists of a plan are added to them.
 *
 * <p>Sums are zero between two windows: {@link #collect} clears what it reads. Scratch memory of
 * one query; used by one thread.
 */
final class PartialSums {
  /** The bytes of the sums of a window, which are most of what this takes. */
  static final int SUMS_BYTES = ImpactOrderedLayout.WINDOW_LENGTH;

  private final ImpactOrderedIndex index;
  private final ImpactOrderedPlan plan;
  private final ImpactKernel kernel;
  private final MemorySegment postings;
  private final MemorySegment plainLists;
  private final byte[] sums = new byte[SUMS_BYTES];

  // By list, in the current window.
  private final long[] documentsAt = new long[ImpactOrderedPlan.LISTS_MAX];
  private final long[] impactsAt = new long[ImpactOrderedPlan.LISTS_MAX];
  private final int[] counts = new int[ImpactOrderedPlan.LISTS_MAX];

  /** By plain list: how many of its postings the windows before had. */
  private final int[] positions = new int[ImpactOrderedPlan.LISTS_MAX];

  private long postingCount;
  private long plainPostingCount;
  private long runCount;

  /** Never read: keeps the touching loads from being optimised away. */
  @SuppressWarnings("UnusedVariable")
  private int touched;

  PartialSums(ImpactOrderedIndex index, ImpactOrderedPlan plan, ImpactKernel kernel) {
    this.index = index;
    this.plan = plan;
    this.kernel = kernel;
    this.postings = index.postings();
    this.plainLists = index.plainLists();
  }

  /** Begins with the first window. */
  void reset() {
    Arrays.fill(positions, 0, plan.listCount(), 0);
    postingCount = 0;
    plainPostingCount = 0;
    runCount = 0;
  }

  /** Returns the number of windows. */
  int windowCount() {
    return index.windowCount();
  }

  /** Returns the number of a window's first document. */
  int firstDocument(int window) {
    return window << ImpactOrderedLayout.WINDOW_SHIFT;
  }

  /** Returns the number of a window's sums: its documents, padded to a multiple of 64. */
  int windowLength(int window) {
    int documents =
        Math.min(ImpactOrderedLayout.WINDOW_LENGTH, index.documentCount() - firstDocument(window));
    return (documents + ImpactKernel.SUMS_STEP - 1) & -ImpactKernel.SUMS_STEP;
  }

  /** Returns how many postings were added since {@link #reset}. */
  long postingCount() {
    return postingCount;
  }

  /**
   * Adds what was done since {@link #reset} to a query's counts.
   *
   * @param counters receives postings and runs
   */
  void count(SearchCounters counters) {
    counters.postingsScored += postingCount;
    counters.listPostings += postingCount - plainPostingCount;
    counters.sparsePostings += plainPostingCount;
    counters.windowRuns += runCount;
  }

  /**
   * Adds all lists' postings of a window; windows are taken in ascending order.
   *
   * @return whether there were any
   */
  boolean addWindow(int window) {
    long before = postingCount;
    locate(window);
    touch();
    for (int list = 0; list < plan.listCount(); list++) {
      if (plan.row(list) == ImpactOrderedIndex.NO_ROW) {
        addPlain(list, window);
      } else {
        kernel.add(
            postings, documentsAt[list], impactsAt[list], counts[list], plan.weight(list), sums);
        postingCount += counts[list];
        runCount++;
      }
    }
    return postingCount > before;
  }

  /**
   * Lists the sums that reach a floor and clears, see {@link ImpactKernel#collect}.
   *
   * @return how many there are
   */
  int collect(int from, int count, int floor, int[] out) {
    return kernel.collect(sums, from, count, floor, out);
  }

  /** Finds where the windowed lists' postings stand. */
  private void locate(int window) {
    MemorySegment windows = index.windows();
    for (int list = 0; list < plan.listCount(); list++) {
      if (plan.row(list) == ImpactOrderedIndex.NO_ROW) {
        continue;
      }
      long entry = index.windowEntry(plan.row(list), window);
      long start = windows.get(FileLayout.U32, entry + ImpactOrderedLayout.WINDOW_START_OFFSET);
      int all = index.levelCount(entry, 0);
      counts[list] = index.levelCount(entry, plan.level(list));
      documentsAt[list] =
          index.listOffset(plan.term(list)) + start * ImpactOrderedLayout.WINDOWED_POSTING_LENGTH;
      impactsAt[list] = documentsAt[list] + (long) Short.BYTES * all;
    }
  }

  /** Reads the first byte of each run, so that the cache misses of all of them overlap. */
  private void touch() {
    int mixed = 0;
    for (int list = 0; list < plan.listCount(); list++) {
      if (plan.row(list) != ImpactOrderedIndex.NO_ROW) {
        mixed ^=
            postings.get(FileLayout.U8, documentsAt[list])
                ^ postings.get(FileLayout.U8, impactsAt[list]);
      }
    }
    touched ^= mixed;
  }

  private void addPlain(int list, int window) {
    long documents = index.listOffset(plan.term(list));
    int length = index.postingCount(plan.term(list));
    long impacts = documents + (long) Integer.BYTES * length;
    int weight = plan.weight(list);
    int first = firstDocument(window);
    int i = positions[list];
    for (; i < length; i++) {
      int local = plainLists.get(FileLayout.U32, documents + (long) Integer.BYTES * i) - first;
      if (local >= ImpactOrderedLayout.WINDOW_LENGTH) {
        break;
      }
      int impact = plainLists.get(FileLayout.U8, impacts + i) & 0xFF;
      sums[local] += (byte) ImpactKernel.contribution(weight, impact);
    }
    postingCount += i - positions[list];
    plainPostingCount += i - positions[list];
    positions[list] = i;
  }
}
