package io.siskin.index.build;

/** Turns a given weight into the weight to store. It depends on the document alone. */
@FunctionalInterface
interface TermWeigher {
  /**
   * Returns the weight to store, above 0.
   *
   * @param given the weight that came with the document
   * @param documentLength the sum of the document's given weights
   */
  float weight(float given, float documentLength);

  /** Returns the weigher of a weighting. */
  static TermWeigher of(Weighting.Pinned weighting) {
    return switch (weighting) {
      case Weighting.AsGiven() -> (given, length) -> given;
      case Weighting.Bm25(double k1, double b, double averageLength) ->
          new Bm25Formula(k1, b, averageLength)::weight;
    };
  }
}
