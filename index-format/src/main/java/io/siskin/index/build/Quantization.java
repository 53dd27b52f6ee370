package io.siskin.index.build;

/**
 * How float weights become 8-bit impacts: {@code weight ≈ scale × impact}, impact 1 to 255, rounded
 * to nearest.
 *
 * <p>Recall@10 of an exact search over the impacts against exact float products, on 200,000 SPLADE
 * passages: 0.9913 with one scale for all, 0.9963 with a scale a document; see ADR 0004.
 */
public enum Quantization {
  /**
   * {@link #GLOBAL} without loss if all weights are whole numbers up to 255, else {@link
   * #PER_DOCUMENT}.
   */
  AUTO,
  /**
   * One scale for all documents, the heaviest weight being 255; weights that are whole numbers up
   * to 255 stay exact.
   */
  GLOBAL,
  /**
   * A scale a document, its heaviest weight being 255: each weight is off by at most 1/510 of that.
   */
  PER_DOCUMENT
}
