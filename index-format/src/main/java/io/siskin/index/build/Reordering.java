package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;

/**
 * The order in which documents get their numbers. Similar documents side by side make block maxima
 * tighter and posting blocks denser in cache lines.
 */
public sealed interface Reordering {
  /** The order of the input. */
  record None() implements Reordering {}

  /**
   * Recursive graph bisection (Dhulipala et al., KDD 2016): halves the documents again and again so
   * that each half shares terms.
   *
   * @param iterationsMax the most rounds of swaps a bisection, 1 to 100; more is slower and a
   *     little better
   * @param documentFrequencyMin terms in fewer documents are ignored, 1 or more
   * @param partitionMin ranges of at most this many documents are not halved any more, 2 or more
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
