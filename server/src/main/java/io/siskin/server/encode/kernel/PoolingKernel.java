package io.siskin.server.encode.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The inner loops from the logits of a masked language model to a sparse vector: one number per
 * term, from one row of logits a token (SPLADE, Formal et al., 2021).
 *
 * <p>A maximum commutes with a monotone activation, so maxima are taken over bare logits and the
 * activation is applied once to what is left; a sum needs the activation of every logit.
 *
 * <p>All implementations return the same. Stateless; safe to share. Logits are floats in the byte
 * order of the machine. A NaN counts nowhere. Rows are given by their offsets in bytes, so that
 * masked tokens are left out and nothing is copied.
 */
public interface PoolingKernel {
  /**
   * Raises maxima to the logits of rows.
   *
   * <p>Naively: {@code for (r < rowCount) for (v < count) { x = f32(logits, rows[r] + 4v); if (x >
   * maxima[v]) maxima[v] = x; }}.
   *
   * @param logits holds the rows; nothing beyond them is read
   * @param rows offset in bytes of each row
   * @param rowCount how many rows, 0 or more
   * @param count how many terms a row has
   * @param maxima one per term at least; to begin with, negative infinity or what other rows gave
   */
  void raise(MemorySegment logits, long[] rows, int rowCount, int count, float[] maxima);

  /**
   * Adds the activations of the logits that exceed a floor to sums: the pooling of the first
   * SPLADE.
   *
   * <p>Naively: {@code for (r < rowCount) for (v < count) { x = f32(logits, rows[r] + 4v); if (x >
   * floor) sums[v] += activation.apply(x - floor); }}.
   *
   * @param logits holds the rows; nothing beyond them is read
   * @param rows offset in bytes of each row
   * @param rowCount how many rows, 0 or more
   * @param count how many terms a row has
   * @param floor finite; few logits should exceed it, each costs a logarithm
   * @param activation what an excess becomes
   * @param sums one per term at least, which are added to
   */
  void add(
      MemorySegment logits,
      long[] rows,
      int rowCount,
      int count,
      float floor,
      TermActivation activation,
      float[] sums);

  /**
   * Raises maxima to the largest logits of each row only, the row's focus: what a token may expand
   * to is bounded, not only what is left of a text.
   *
   * <p>Naively: for each row, {@code maxima[v] = max(maxima[v], x[v])} for the {@code focus} terms
   * of the largest {@code x > floor}, or as many as there are; of equal ones those of the lower
   * numbers.
   *
   * @param logits holds the rows; nothing beyond them is read
   * @param rows offset in bytes of each row
   * @param rowCount how many rows, 0 or more
   * @param count how many terms a row has
   * @param focus how many terms of a row count, 1 or more
   * @param floor what a logit must exceed to count, not NaN. Few do where it is what the activation
   *     makes nothing of, and then little more is done than to read the row
   * @param heap scratch, {@code focus} at least
   * @param maxima one per term at least
   */
  void raiseFocused(
      MemorySegment logits,
      long[] rows,
      int rowCount,
      int count,
      int focus,
      float floor,
      long[] heap,
      float[] maxima);

  /**
   * Lists, ascending, the terms whose values exceed a floor.
   *
   * <p>Naively: {@code for (v < count) if (values[v] > floor) { terms[n] = v; out[n++] = values[v];
   * }}.
   *
   * @param values one per term at least
   * @param count how many terms
   * @param floor what must be exceeded
   * @param terms receives their numbers
   * @param out receives their values
   * @return how many there are
   */
  int collect(float[] values, int count, float floor, int[] terms, float[] out);
}
