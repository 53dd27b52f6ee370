package io.siskin.server.encode.spec;

import io.siskin.index.build.Bm25Formula;
import java.util.List;

/**
 * BM25. A document's vector holds the frequency of each term of the analysed text. The segment
 * builder turns them into weights by {@link Bm25Formula}. A query's vector holds, for each term,
 * how often it stands in the query, times its idf in the whole collection as it is when the query
 * comes.
 *
 * <p>A spec without a pinned average length has two meanings. In a request it asks for the average
 * of the documents to index, which is stored then. In the stored form of a collection, it says that
 * the collection is an old one: its impacts have the idf and the average length of their segment,
 * and a query's vector has the counts only.
 *
 * @param analyzer how text becomes terms, on both sides
 * @param k1 how slowly repeated occurrences saturate, 0 to 1000
 * @param b how much length is held against a document, 0 to 1
 * @param averageLength the pinned average length of a document, in tokens, a finite number above 0;
 *     {@link #NOT_PINNED} if none is pinned
 */
public record Bm25Spec(AnalyzerSpec analyzer, double k1, double b, double averageLength)
    implements EncoderSpec {
  /** The kind's name in the stored form. */
  public static final String KIND = "bm25";

  /** The k1 of the field's reference runs (Anserini's). */
  public static final double K1_DEFAULT = 0.9;

  /** The b of the field's reference runs (Anserini's). */
  public static final double B_DEFAULT = 0.4;

  /** The average length of a spec that pins none. */
  public static final double NOT_PINNED = 0;

  /** Checks the ranges. */
  public Bm25Spec {
    Bm25Formula.checkParameters(k1, b);
    if (averageLength != NOT_PINNED) {
      Bm25Formula.checkAverageLength(averageLength);
    }
  }

  /**
   * Takes parameters without pinning an average length.
   *
   * @param analyzer how text becomes terms
   * @param k1 how slowly repeated occurrences saturate, 0 to 1000
   * @param b how much length is held against a document, 0 to 1
   */
  public Bm25Spec(AnalyzerSpec analyzer, double k1, double b) {
    this(analyzer, k1, b, NOT_PINNED);
  }

  /**
   * Takes the default parameters.
   *
   * @param analyzer how text becomes terms
   */
  public Bm25Spec(AnalyzerSpec analyzer) {
    this(analyzer, K1_DEFAULT, B_DEFAULT);
  }

  /**
   * Returns whether an average length is pinned. In a stored spec, it means that a query's vector
   * brings the idf.
   */
  public boolean pinsAverageLength() {
    return averageLength != NOT_PINNED;
  }

  /** Returns true. An old collection is the exception: its impacts have the idf. */
  @Override
  public boolean usesStatistics() {
    return true;
  }

  @Override
  public Bm25Spec withAverageLength(double other) {
    return new Bm25Spec(analyzer, k1, b, other);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public boolean encodesDocuments() {
    return true;
  }

  @Override
  public List<ResourceRef> resources() {
    return analyzer.resources();
  }
}
