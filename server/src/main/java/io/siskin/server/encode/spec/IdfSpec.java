package io.siskin.server.encode.spec;

import io.siskin.index.error.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Inference-free encoding: a query is each of its distinct tokens once, with a weight from a table,
 * and no model runs (Geng et al., Towards Competitive Search Relevance For Inference-Free Learned
 * Sparse Retrievers, 2024).
 *
 * <p>Meant for documents that come as vectors of a model trained for it. Documents that come as
 * text are encoded without a model: each token weighs {@code tf / (tf + k1)}, its saturated
 * frequency without an idf, because the query brings that.
 *
 * @param analyzer how text becomes tokens, on both sides; the model's own tokenizer when documents
 *     are vectors of a model
 * @param weights where a query token's weight comes from
 * @param k1 how slowly repeated occurrences saturate in documents given as text, 0 to 1000
 */
public record IdfSpec(AnalyzerSpec analyzer, TokenWeights weights, double k1)
    implements EncoderSpec {
  /** The kind's name in the stored form. */
  public static final String KIND = "idf";

  /** The default saturation, as for {@link Bm25Spec}. */
  public static final double K1_DEFAULT = 0.9;

  private static final double K1_MAX = 1000;

  /** Checks the range. */
  public IdfSpec {
    if (!(k1 >= 0 && k1 <= K1_MAX)) {
      throw new InvalidInputException("k1", k1, "0 to 1000");
    }
  }

  /**
   * Takes the default saturation.
   *
   * @param analyzer how text becomes tokens
   * @param weights where a query token's weight comes from
   */
  public IdfSpec(AnalyzerSpec analyzer, TokenWeights weights) {
    this(analyzer, weights, K1_DEFAULT);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public boolean usesStatistics() {
    return weights instanceof TokenWeights.FromCollection;
  }

  @Override
  public boolean encodesDocuments() {
    return true;
  }

  @Override
  public List<ResourceRef> resources() {
    List<ResourceRef> all = new ArrayList<>(analyzer.resources());
    if (weights instanceof TokenWeights.FromFile fromFile) {
      all.add(fromFile.file());
    }
    return List.copyOf(all);
  }
}
