package io.siskin.index.quantize;

import io.siskin.index.error.InvalidInputException;

/**
 * How the float weights of a document become 8-bit impacts. The rule is {@code weight ≈ scale ×
 * impact}, where the impact is a whole number from 1 to 255, rounded to the nearest.
 *
 * <p>A {@link Pinned} rule looks at one document at a time. So a document has the same impacts in
 * every segment that it is ever in, and its scores do not change when segments are merged (ADR
 * 0027).
 *
 * <p>The recall@10 of an exact search over the impacts, measured against exact float products on
 * 200,000 SPLADE passages, is 0.9913 with one scale for all documents and 0.9963 with one scale per
 * document (ADR 0004).
 */
public sealed interface Quantization {
  /** A rule by which the impacts of a document depend on this document alone. */
  sealed interface Pinned extends Quantization {}

  /**
   * Uses the scale 1 for a document whose weights are all whole numbers up to 255, because nothing
   * is lost then. Otherwise it does what {@link PerDocument} does.
   */
  record Auto() implements Pinned {}

  /**
   * Uses one scale per document. The heaviest weight of each document gets the impact 255. The
   * error of a weight is at most 1/510 of the heaviest weight of its document.
   */
  record PerDocument() implements Pinned {}

  /**
   * Uses one given scale. A document whose heaviest weight would get an impact above 255 is
   * quantised as by {@link PerDocument}.
   *
   * @param scale what an impact of 1 stands for, at least {@link Float#MIN_NORMAL} and finite
   */
  record Global(float scale) implements Pinned {
    /** Checks the range. */
    public Global {
      if (!(scale >= Float.MIN_NORMAL && scale < Float.POSITIVE_INFINITY)) {
        throw new InvalidInputException(
            "quantisation scale", scale, "a finite number, at least " + Float.MIN_NORMAL);
      }
    }
  }

  /**
   * Uses one scale for all documents of a build, chosen when all of them are known. The heaviest
   * weight of all gets the impact 255. If all weights are whole numbers up to 255, the scale is 1.
   *
   * <p>The build reports the rule that came of it. A later segment of the same collection must be
   * built with that rule, because its own input would give another scale.
   */
  record GlobalOfInput() implements Quantization {}
}
