package io.siskin.index.format.v1;

/**
 * The residuals. There is one byte per posting, which tells what rounding the weight to an impact
 * has left over.
 *
 * <pre>
 * RESIDUALS:  | residuals of document 0 | zeros | residuals of document 1 | zeros | …
 *             0                                 ⌊r₁ / 3⌋                          ⌊r₂ / 3⌋
 * </pre>
 *
 * <p>The residuals of a document are in the order of its forward record. They start at a third of
 * the offset {@code r} of that record. This leaves enough room, because a record has more than
 * {@link ForwardLayout#POSTING_LENGTH} bytes per posting. So no table of offsets is needed. The
 * refined weight of a posting is {@code scale × (impact + (residual − }{@link #ZERO}{@code ) /
 * }{@link #STEPS}{@code )}.
 */
public final class ResidualLayout {
  /**
   * Offset of the largest difference between a refined weight of the segment and its effective
   * weight, f64, above 0. It is exact, so that searches may rely on it.
   */
  public static final int WEIGHT_ERROR_MAX_OFFSET = 0;

  /** Length of the parameters in bytes. */
  public static final int PARAMETERS_LENGTH = WEIGHT_ERROR_MAX_OFFSET + Double.BYTES;

  /** The byte of a posting whose weight is exactly scale × impact. */
  public static final int ZERO = 128;

  /** The number of steps of a residual in one step of an impact. */
  public static final int STEPS = 256;

  private ResidualLayout() {}

  /**
   * Returns the offset in bytes at which the residuals of a document start.
   *
   * @param recordOffset the offset of its forward record. For the length of all forward records,
   *     the result is the end of all residuals
   */
  public static long start(long recordOffset) {
    return recordOffset / ForwardLayout.POSTING_LENGTH;
  }
}
