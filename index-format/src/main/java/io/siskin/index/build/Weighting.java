package io.siskin.index.build;

/** How the weights that a builder receives become the weights that it stores. */
public sealed interface Weighting {
  /** A weighting by which the stored weights of a document depend on this document alone. */
  sealed interface Pinned extends Weighting {}

  /**
   * The given weights are quantised and stored without another change. This is for learned sparse
   * vectors and for precomputed impacts.
   */
  record AsGiven() implements Pinned {}

  /**
   * The given weights are term frequencies, and {@link Bm25Formula#weight} of each is stored. The
   * idf is not in it: a query brings it.
   *
   * @param k1 the saturation of term frequencies, 0 to 1000. With a larger value, frequent terms
   *     count more
   * @param b the length normalisation, 0 to 1. A larger value favours short documents more
   * @param averageLength the length of a document that length normalisation leaves as it is, in
   *     tokens; above 0 and finite
   */
  record Bm25(double k1, double b, double averageLength) implements Pinned {
    /** Checks the ranges. */
    public Bm25 {
      Bm25Formula.checkParameters(k1, b);
      Bm25Formula.checkAverageLength(averageLength);
    }
  }

  /**
   * As {@link Bm25}, with the average length of the documents of this build. If they have no term,
   * it is {@link Bm25Formula#AVERAGE_LENGTH_DEFAULT}.
   *
   * <p>The build reports the weighting that came of it. A later segment of the same collection must
   * be built with that weighting, because its own input would give another average length.
   *
   * @param k1 as for {@link Bm25}
   * @param b as for {@link Bm25}
   */
  record Bm25OfInput(double k1, double b) implements Weighting {
    /** Checks the ranges. */
    public Bm25OfInput {
      Bm25Formula.checkParameters(k1, b);
    }
  }
}
