package io.siskin.index.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Scores one run of a forward record against a query. The query is a dense array of weights.
 *
 * <p>Only one thread may use a kernel at a time, because it may hold scratch memory. {@link
 * KernelProvider#newForwardKernel} makes kernels.
 */
public interface ForwardKernel {
  /**
   * The number of entries of a dense query page. There is one for each low half of a term number.
   */
  int PAGE_LENGTH = 1 << 16;

  /**
   * Returns the sum of {@code page[term] × impact} over the postings of one run.
   *
   * <p>The loop is {@code for (i < count) sum += page[u16(records, terms + 2i)] * u8(records,
   * impacts + i)}.
   *
   * @param records the records. At least 64 bytes after the run may be read, so this must be a
   *     padded view
   * @param terms the offset in bytes of the first term of the run
   * @param impacts the offset in bytes of the first impact of the run
   * @param count the number of postings of the run, 0 to 65,535
   * @param page {@link #PAGE_LENGTH} integer query weights, by the low half of the term number. The
   *     sum over any document must fit an int
   */
  int dot(MemorySegment records, long terms, long impacts, int count, int[] page);

  /**
   * Returns the sum of {@code page[term] × (256 × impact + residual − 128)} over the postings of
   * one run. This is the dot product with refined weights.
   *
   * <p>The loop is {@code for (i < count) sum += page[u16(records, terms + 2i)] * (256L *
   * u8(records, impacts + i) + u8(residuals, residual + i) - 128)}.
   *
   * @param records as for {@link #dot}
   * @param terms as for {@link #dot}
   * @param impacts as for {@link #dot}
   * @param residuals the residuals, which must be a padded view too
   * @param residual the offset in bytes of the first residual of the run
   * @param count as for {@link #dot}
   * @param page as for {@link #dot}. In addition, 255 times the sum of the weights of the run's
   *     terms must fit an int
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
