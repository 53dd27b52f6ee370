package io.siskin.server.encode.kernel;

/**
 * The inner loop of a projection of hidden states onto a vocabulary of which only the maximum over
 * the tokens of a text is wanted: logits are never stored.
 *
 * <p>All implementations return the same to the bit: each sum is made in one order, by fused
 * multiplication and addition. Stateless; safe to share. {@link VocabularyProjection} is what calls
 * it and what packs the weights.
 */
public interface ProjectionKernel {
  /** Terms whose weights are packed side by side: two vectors of 512 bits. */
  int PANEL_TERMS = 32;

  /**
   * Raises the maxima of a panel's terms to the logits of rows.
   *
   * <p>Naively: {@code for (first <= r < end) for (v < 32) { x = bias[term + v]; for (h < size) x =
   * fma(panel[32h + v], hidden[rows[r] + h], x); if (x > maxima[term + v]) maxima[term + v] = x;
   * }}.
   *
   * @param panel weights of 32 terms, for each hidden unit one after another
   * @param size how many hidden units
   * @param bias one per term
   * @param term the panel's first term
   * @param hidden the hidden states
   * @param rows where in {@code hidden} the rows start
   * @param first the first row that counts
   * @param end one past the last row that counts, larger than {@code first}
   * @param maxima one per term
   */
  void raise(
      float[] panel,
      int size,
      float[] bias,
      int term,
      float[] hidden,
      int[] rows,
      int first,
      int end,
      float[] maxima);
}
