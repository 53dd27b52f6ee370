package io.siskin.server.retrieve;

import io.siskin.index.error.InvalidInputException;

/**
 * How many searches are searched again exactly, to measure their recall. Immutable.
 *
 * @param share the share of the approximate searches that is searched again, 0 to 1; 0 for none.
 *     Raising it tells sooner when recall falls, and takes more of one core. Default: 0.001
 * @param processorShare how much of one core this may take at most, above 0, at most 1. What does
 *     not fit is dropped and counted. Default: 0.02
 */
public record RecallOptions(double share, double processorShare) {
  /** What holds where nothing is said. */
  public static final RecallOptions DEFAULTS = new RecallOptions(0.001, 0.02);

  /**
   * Checks the ranges.
   *
   * @throws InvalidInputException when one is left
   */
  public RecallOptions {
    if (!(share >= 0 && share <= 1)) {
      throw new InvalidInputException("recall_sampling.share", share, "0 to 1");
    }
    if (!(processorShare > 0 && processorShare <= 1)) {
      throw new InvalidInputException(
          "recall_sampling.processor_share", processorShare, "above 0, at most 1");
    }
  }
}
