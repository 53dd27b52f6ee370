package io.siskin.server.app.flags;

import io.siskin.index.build.ImpactOrderedOptions;
import picocli.CommandLine.Option;

/** The parameters of the impact-ordered posting lists. */
final class ImpactFlags {
  @Option(
      names = "--impact-postings-per-document",
      paramLabel = "X",
      description =
          "Impact-ordered lists: postings kept for each document on average, the heaviest of all"
              + " first; above 0. Raising it raises the recall that can be reached, and bytes."
              + " Default: ${DEFAULT-VALUE}.")
  private double postingsPerDocument = ImpactOrderedOptions.DEFAULTS.postingsPerDocument();

  @Option(
      names = "--impact-weight-share",
      paramLabel = "X",
      description =
          "Impact-ordered lists: the share of all weights that is kept at least, 0 to 1, even if"
              + " that takes more postings. Raising it does the same. Default: ${DEFAULT-VALUE}.")
  private double weightShareMin = ImpactOrderedOptions.DEFAULTS.weightShareMin();

  @Option(
      names = "--impact-list-length-min",
      paramLabel = "N",
      description =
          "Impact-ordered lists: postings that a list keeps at least, 1 or more. Raising it lets"
              + " rare terms keep documents in which they weigh little. Default: ${DEFAULT-VALUE}.")
  private int listLengthMin = ImpactOrderedOptions.DEFAULTS.listLengthMin();

  /** Returns the options, checked. */
  ImpactOrderedOptions build() {
    return new ImpactOrderedOptions(postingsPerDocument, weightShareMin, listLengthMin);
  }
}
