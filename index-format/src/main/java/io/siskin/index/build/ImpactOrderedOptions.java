package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;

/**
 * Which postings the impact-ordered lists keep: the heaviest of the whole segment, until both a
 * number a document and a share of all weights are reached. Documents are always scored over all of
 * their postings, so what is left out costs recall at most.
 *
 * <p>Neither bound follows one encoder: a document of an encoder with few, even weights keeps most
 * of its postings because of the share of weights, one with many small weights because of the
 * number.
 *
 * @param postingsPerDocument postings kept a document on average, above 0; raising it raises the
 *     recall that can be reached, and the bytes of the index
 * @param weightShareMin share of the sum of all weights that is kept at least, 0 to 1; raising it
 *     does the same
 * @param listLengthMin a list keeps at least this many postings, or all that it has, 1 or more
 */
public record ImpactOrderedOptions(
    double postingsPerDocument, double weightShareMin, int listLengthMin) {
  /** What {@code docs/adr/0009-impact-ordered-lists.md} measures. */
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
