package io.siskin.index.build;

import io.siskin.index.quantize.DocumentQuantizer;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;

/**
 * Weighs and quantises the vector of one document by itself, exactly as a build of many documents
 * does it. So it makes no difference to a score how a document came into a collection.
 *
 * <p>Immutable; safe for concurrent use.
 */
public final class VectorQuantizer {
  private static final int FREQUENCY_MAX = 255;

  private final TermWeigher weigher;
  private final DocumentQuantizer quantizer;
  private final boolean withResiduals;
  private final boolean withFrequencies;

  /**
   * Makes a quantiser.
   *
   * @param weighting what the given weights mean
   * @param quantization how stored weights become impacts. Under BM25, {@link Quantization.Auto} is
   *     the rule that a build takes for BM25
   * @param withResiduals whether impacts are refined by residuals
   * @param withFrequencies whether the given weights are kept as term frequencies
   */
  public VectorQuantizer(
      Weighting.Pinned weighting,
      Quantization.Pinned quantization,
      boolean withResiduals,
      boolean withFrequencies) {
    this.weigher = TermWeigher.of(weighting);
    this.quantizer = new DocumentQuantizer(PinnedRules.pinned(weighting, quantization));
    this.withResiduals = withResiduals;
    this.withFrequencies = withFrequencies;
  }

  /**
   * Quantises a vector.
   *
   * @param vector the vector of a document, with the weights that were given for it
   */
  public QuantizedVector quantize(SparseVector vector) {
    int size = vector.size();
    float length = length(vector);
    float[] weights = new float[size];
    for (int i = 0; i < size; i++) {
      weights[i] = weigher.weight(vector.weight(i), length);
    }
    float scale = quantizer.scale(weights, size);
    byte[] impacts = new byte[size];
    byte[] residuals = withResiduals ? new byte[size] : null;
    byte[] frequencies = withFrequencies ? new byte[size] : null;
    for (int i = 0; i < size; i++) {
      int impact = DocumentQuantizer.impact(weights[i], scale);
      impacts[i] = (byte) impact;
      if (residuals != null) {
        residuals[i] = (byte) ResidualFile.residual(weights[i], scale, impact);
      }
      if (frequencies != null) {
        frequencies[i] = (byte) Math.max(1, Math.min(FREQUENCY_MAX, Math.round(vector.weight(i))));
      }
    }
    return switch (vector) {
      case TokenVector tokens -> {
        String[] terms = new String[size];
        for (int i = 0; i < size; i++) {
          terms[i] = tokens.token(i);
        }
        yield QuantizedVector.ofTokens(terms, impacts, residuals, frequencies, scale, length);
      }
      case TermIdVector ids -> {
        int[] terms = new int[size];
        for (int i = 0; i < size; i++) {
          terms[i] = ids.termId(i);
        }
        yield QuantizedVector.ofTermIds(terms, impacts, residuals, frequencies, scale, length);
      }
    };
  }

  /** Adds up as the spool of a build does, so that the last bit is the same. */
  private static float length(SparseVector vector) {
    double length = 0;
    for (int i = 0; i < vector.size(); i++) {
      length += vector.weight(i);
    }
    return (float) length;
  }
}
