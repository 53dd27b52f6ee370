package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;

/**
 * Decides what a bad record does: nothing is dropped silently, so each one is either reported and
 * counted or ends the build.
 */
@FunctionalInterface
public interface BadRecordPolicy {
  /** Ends the build at the first bad record. */
  BadRecordPolicy REFUSE =
      error -> {
        throw error;
      };

  /**
   * Called once for each bad record.
   *
   * @param error what is wrong, with its place
   * @throws InvalidInputException the given error, or one that says how many were skipped before
   *     it, to end the build
   */
  void onBadRecord(InvalidInputException error);
}
