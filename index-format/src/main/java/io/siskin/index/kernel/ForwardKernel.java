package io.siskin.index.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Scores one run of a forward record against a query that is laid out densely.
 *
 * <p>Used by one thread at a time: an implementation may hold scratch memory. {@link
 * KernelProvider#newForwardKernel} makes them.
 */
public interface ForwardKernel {
  /** Entries of a dense query page: one for each low half of a term number. */
  int PAGE_LENGTH = 1 << 16;

  /**
   * Returns the sum of {@code page[term] × impact} over the postings of one run.
   *
   * <p>Naively: {@code for (i < count) sum += page[u16(records, terms + 2i)] * u8(records, impacts
   * + i)}.
   *
   * @param records the records; at least 64 bytes beyond the run may be read, so it must be a
   *     padded view
   * @param terms offset in bytes of the run's first term
   * @param impacts offset in bytes of the run's first impact
   * @param count the run's postings, 0 to 65,535
   * @param page integer query weights by low half of the term number, {@link #PAGE_LENGTH} of them;
   *     the sum over any document must fit an int
   */
  int dot(MemorySegment records, long terms, long impacts, int count, int[] page);
}
