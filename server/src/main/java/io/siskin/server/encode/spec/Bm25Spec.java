package io.siskin.server.encode.spec;

import io.siskin.index.build.Bm25Formula;
import java.util.List;

/**
 * BM25. A document's vector holds the frequency of each term of the analysed text; the segment
 * builder turns them into impacts by {@link Bm25Formula} once the collection's statistics are
 * known. A query's vector holds how often each term stands in the query.
 *
 * @param analyzer how text becomes terms, on both sides
 * @param k1 how slowly repeated occurrences saturate, 0 to 1000
 * @param b how much length is held against a document, 0 to 1
 */
public record Bm25Spec(AnalyzerSpec analyzer, double k1, double b) implements EncoderSpec {
  /** The kind's name in the stored form. */
  public static final String KIND = "bm25";

  /** The k1 of the field's reference runs (Anserini's). */
  public static final double K1_DEFAULT = 0.9;

  /** The b of the field's reference runs (Anserini's). */
  public static final double B_DEFAULT = 0.4;

  /** Checks the ranges. */
  public Bm25Spec {
    Bm25Formula.checkParameters(k1, b);
  }

  /**
   * Takes the default parameters.
   *
   * @param analyzer how text becomes terms
   */
  public Bm25Spec(AnalyzerSpec analyzer) {
    this(analyzer, K1_DEFAULT, B_DEFAULT);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public List<ResourceRef> resources() {
    return analyzer.resources();
  }
}
