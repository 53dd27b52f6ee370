package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;

/** How the weights that a builder is given become the weights that are stored. */
public sealed interface Weighting {
  /**
   * The weights are stored as they are given (then quantised): learned sparse vectors, precomputed
   * impacts.
   */
  record AsGiven() implements Weighting {}

  /**
   * The weights are term frequencies, and BM25's impact of each is stored: idf and length
   * normalisation need the statistics of the whole collection, which are known only once all
   * documents have been read.
   *
   * @param k1 term-frequency saturation, 0 to 1000; larger lets frequent terms count more
   * @param b length normalisation, 0 to 1; larger favours short documents more
   */
  record Bm25(double k1, double b) implements Weighting {
    /** Checks the ranges. */
    public Bm25 {
      if (!(k1 >= 0 && k1 <= 1000)) {
        throw new InvalidInputException("k1", k1, "0 to 1000");
      }
      if (!(b >= 0 && b <= 1)) {
        throw new InvalidInputException("b", b, "0 to 1");
      }
    }
  }
}
