package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;

/**
 * Which postings the impact-ordered lists keep. They keep the heaviest postings of the whole
 * segment, until they have both a number of postings per document and a share of all weights.
 * Documents are always scored with all of their postings, so leaving postings out can lower the
 * recall but changes no score.
 *
 * <p>The two bounds together suit different encoders. If an encoder gives few weights of similar
 * size, the share of weights keeps most postings of a document. If an encoder gives many small
 * weights, the number of postings per document does.
 *
 * @param postingsPerDocument the average number of postings that are kept per document, above 0. A
 *     larger value allows a higher recall and makes the index larger
 * @param weightShareMin the smallest share of the sum of all weights that is kept, 0 to 1. A larger
 *     value has the same effects
 * @param listLengthMin the smallest number of postings that a list keeps, 1 or more. A shorter list
 *     keeps all of its postings
 */
public record ImpactOrderedOptions(
    double postingsPerDocument, double weightShareMin, int listLengthMin) {
  /** The values that {@code docs/adr/0009-impact-ordered-lists.md} measures. */
  public static final ImpactOrderedOptions DEFAULTS = new ImpactOrderedOptions(50, 0.75, 64);

  /** Checks the ranges. */
  public ImpactOrderedOptions {
    if (!(postingsPerDocument > 0)) {
      throw new InvalidInputException(
          "impact_postings_per_document", postingsPerDocument, "above 0");
    }
    if (!(weightShareMin >= 0 && weightShareMin <= 1)) {
      throw new InvalidInputException("impact_weight_share", weightShareMin, "0 to 1");
    }
    if (listLengthMin < 1) {
      throw new InvalidInputException("impact_list_length_min", listLengthMin, "1 or more");
    }
  }
}
