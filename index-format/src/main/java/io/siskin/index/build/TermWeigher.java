package io.siskin.index.build;

/**
 * Turns a given weight into the weight to store. It is used after all documents have been read,
 * when the statistics of the whole segment are known.
 */
@FunctionalInterface
interface TermWeigher {
  /**
   * Returns the weight to store, above 0.
   *
   * @param provisionalTerm the term's number in the {@link TermCollector}
   * @param given the weight that came with the document
   * @param documentLength the sum of the document's given weights
   */
  float weight(int provisionalTerm, float given, float documentLength);

  /** Returns the weigher of a weighting. */
  static TermWeigher of(Weighting weighting, DocumentSpool spool) {
    return switch (weighting) {
      case Weighting.AsGiven() -> (term, given, length) -> given;
      case Weighting.Bm25(double k1, double b) -> bm25(k1, b, spool);
    };
  }

  private static TermWeigher bm25(double k1, double b, DocumentSpool spool) {
    int documents = spool.documentCount();
    double averageLength = documents == 0 ? 0 : spool.totalLength() / documents;
    Bm25Formula formula = new Bm25Formula(k1, b, documents, averageLength);
    TermCollector terms = spool.terms();
    double[] idf = new double[terms.size()];
    for (int term = 0; term < idf.length; term++) {
      idf[term] = formula.idf(terms.documentFrequency(term));
    }
    return (term, given, length) -> formula.impact(idf[term], given, length);
  }

  /**
   * Returns an upper bound of all stored weights. It serves to choose one scale for all documents.
   */
  static float max(Weighting weighting, DocumentSpool spool) {
    return switch (weighting) {
      case Weighting.AsGiven() -> spool.weightMax();
      // The saturation is below 1, so the largest idf is a bound of every weight. A term that is in
      // one document has the largest idf.
      case Weighting.Bm25 ignored -> (float) Bm25Formula.idf(spool.documentCount(), 1);
    };
  }
}
