package io.siskin.index.format.v1;

/**
 * Residuals: a byte a posting that says what rounding a weight to an impact has left over.
 *
 * <pre>
 * RESIDUALS:  | residuals of document 0 | zeros | residuals of document 1 | zeros | …
 *             0                                 ⌊r₁ / 3⌋                          ⌊r₂ / 3⌋
 * </pre>
 *
 * <p>A document's residuals stand in the order of its forward record. Where they start is computed
 * from where that record starts, {@code r}: a record has more than {@link
 * ForwardLayout#POSTING_LENGTH} bytes a posting, so a third of its offset is room enough, and no
 * table of offsets is needed. The refined weight of a posting is {@code scale × (impact + (residual
 * − }{@link #ZERO}{@code ) / }{@link #STEPS}{@code )}.
 */
public final class ResidualLayout {
  /**
   * Offset of the most by which a refined weight of the segment differs from its effective weight,
   * f64, above 0: exact, so that searches may rely on it.
   */
  public static final int WEIGHT_ERROR_MAX_OFFSET = 0;

  /** Length of the parameters. */
  public static final int PARAMETERS_LENGTH = WEIGHT_ERROR_MAX_OFFSET + Double.BYTES;

  /** The byte of a posting whose weight is scale × impact. */
  public static final int ZERO = 128;

  /** How many steps of residuals make one of impacts. */
  public static final int STEPS = 256;

  private ResidualLayout() {}

  /**
   * Returns where a document's residuals start.
   *
   * @param recordOffset where its forward record starts; for the length of the forward records,
   *     where all residuals end
   */
  public static long start(long recordOffset) {
    return recordOffset / ForwardLayout.POSTING_LENGTH;
  }
}
