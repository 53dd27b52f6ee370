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

  /**
   * Returns the sum of {@code page[term] × (256 × impact + residual − 128)} over the postings of
   * one run: the dot product with refined weights.
   *
   * <p>Naively: {@code for (i < count) sum += page[u16(records, terms + 2i)] * (256L * u8(records,
   * impacts + i) + u8(residuals, residual + i) - 128)}.
   *
   * @param records as for {@link #dot}
   * @param terms as for {@link #dot}
   * @param impacts as for {@link #dot}
   * @param residuals the residuals, a padded view as well
   * @param residual offset in bytes of the run's first residual
   * @param count as for {@link #dot}
   * @param page as for {@link #dot}; 255 times the sum of the weights of the run's terms must fit
   *     an int
   */
  long refinedDot(
      MemorySegment records,
      long terms,
      long impacts,
      MemorySegment residuals,
      long residual,
      int count,
      int[] page);
}
