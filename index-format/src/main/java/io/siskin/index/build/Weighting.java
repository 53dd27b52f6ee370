package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;

/** How the weights that a builder receives become the weights that it stores. */
public sealed interface Weighting {
  /**
   * The given weights are quantised and stored without another change. This is for learned sparse
   * vectors and for precomputed impacts.
   */
  record AsGiven() implements Weighting {}

  /**
   * The given weights are term frequencies, and the BM25 weight of each is stored. The builder
   * computes it, because idf and length normalisation need the statistics of the whole collection,
   * and these are known only after all documents have been read.
   *
   * @param k1 the saturation of term frequencies, 0 to 1000. With a larger value, frequent terms
   *     count more
   * @param b the length normalisation, 0 to 1. A larger value favours short documents more
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
