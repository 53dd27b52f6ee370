package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;

/**
 * The order in which documents get their numbers. If similar documents have neighbouring numbers,
 * block maxima are tighter and the documents of a posting block share more cache lines.
 */
public sealed interface Reordering {
  /** The order of the input. */
  record None() implements Reordering {}

  /**
   * Recursive graph bisection (Dhulipala et al., KDD 2016). It halves the documents again and
   * again, so that the documents of each half share many terms.
   *
   * @param iterationsMax the largest number of rounds of swaps per bisection, 1 to 100. More rounds
   *     are slower and give a slightly better order
   * @param documentFrequencyMin terms that are in fewer documents are ignored, 1 or more
   * @param partitionMin ranges with at most this many documents are not halved further, 2 or more
   */
  record GraphBisection(int iterationsMax, int documentFrequencyMin, int partitionMin)
      implements Reordering {
    /** The parameters of the published implementations. */
    public static final GraphBisection DEFAULTS = new GraphBisection(20, 32, 16);

    /** Checks the ranges. */
    public GraphBisection {
      if (iterationsMax < 1 || iterationsMax > 100) {
        throw new InvalidInputException("iterationsMax", iterationsMax, "1 to 100");
      }
      if (documentFrequencyMin < 1) {
        throw new InvalidInputException("documentFrequencyMin", documentFrequencyMin, "1 or more");
      }
      if (partitionMin < 2) {
        throw new InvalidInputException("partitionMin", partitionMin, "2 or more");
      }
    }
  }
}
