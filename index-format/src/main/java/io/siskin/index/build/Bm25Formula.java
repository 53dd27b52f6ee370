package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.Quantization;

/**
 * The two factors of the BM25 score of a term: the weight of the term in a document, and its idf,
 * which is a factor of the query's weight.
 *
 * <pre>
 * weight(tf, length) = tf / (tf + k1 · (1 − b + b · length / averageLength))
 * idf(N, n) = ln(1 + (N − n + 0.5) / (n + 0.5))
 * </pre>
 *
 * <p>This is Robertson's formula (Robertson and Zaragoza, The Probabilistic Relevance Framework,
 * 2009) with Lucene's idf, which is never negative. The constant factor k1 + 1 is left out, as in
 * Lucene since version 8, because it does not change the order of results. Lucene keeps the length
 * of a document in one byte, but lengths are exact here. So scores differ a little from Lucene's
 * for documents longer than 40.
 *
 * <p>The average length is pinned for a collection, so the weight depends on the document alone. It
 * does not depend on the segment that the document is in (ADR 0027). When documents come and go,
 * the true average moves away from the pinned one. Weights that are computed again from stored
 * frequencies and lengths, with the new average, differ by little: where the average grows by the
 * share d, a weight w grows by less than {@code (1 − w) · d} of itself, and where it falls by the
 * share d, a weight falls by less than {@code (1 − w) · d / (1 − d)} of itself.
 *
 * <p>All computation is in double precision. Instances are immutable and safe to share between
 * threads.
 */
public final class Bm25Formula {
  /** The largest k1 that is accepted. With a larger one, term frequencies would hardly saturate. */
  public static final double K1_MAX = 1000;

  /** The average length of a collection that is made without a text, in tokens: a paragraph. */
  public static final double AVERAGE_LENGTH_DEFAULT = 100;

  // Weights are at most 1, and the impact of 1 is 255.
  private static final float SCALE = 1f / 255;

  // With this k1, a term that is once in a document of average length has an impact of 32. With a
  // larger one it would have too few steps.
  private static final double K1_OF_ONE_SCALE_MAX = 7;

  // These are k1·(1 − b) and k1·b / averageLength. The inner loop needs no other parameters.
  private final double saturationConstant;
  private final double saturationPerLength;

  /**
   * Fixes the parameters.
   *
   * @param k1 how slowly repeated occurrences saturate, 0 to {@link #K1_MAX}. With 0, frequencies
   *     are ignored. A larger value rewards repetition more
   * @param b how strongly the weights of long documents are lowered, 0 (not at all) to 1 (fully)
   * @param averageLength the mean length of a document, in the same unit as the length in {@link
   *     #weight}; above 0 and finite
   * @throws InvalidInputException when a value is outside its range
   */
  public Bm25Formula(double k1, double b, double averageLength) {
    checkParameters(k1, b);
    checkAverageLength(averageLength);
    this.saturationConstant = k1 * (1 - b);
    this.saturationPerLength = k1 * b / averageLength;
  }

  /**
   * Checks the two parameters. Callers use this to check them before the collection is known.
   *
   * @param k1 0 to {@link #K1_MAX}
   * @param b 0 to 1
   * @throws InvalidInputException when a value is outside its range
   */
  public static void checkParameters(double k1, double b) {
    if (!(k1 >= 0 && k1 <= K1_MAX)) {
      throw new InvalidInputException("k1", k1, "0 to 1000");
    }
    if (!(b >= 0 && b <= 1)) {
      throw new InvalidInputException("b", b, "0 to 1");
    }
  }

  /**
   * Checks an average length.
   *
   * @param averageLength above 0 and finite
   * @throws InvalidInputException when it is outside its range
   */
  public static void checkAverageLength(double averageLength) {
    if (!(averageLength > 0 && averageLength < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException("averageLength", averageLength, "a finite number above 0");
    }
  }

  /**
   * Returns how the weights become impacts if the user leaves the choice open: by one scale, the
   * same for every collection, if it has enough steps for the k1, and else by one scale per
   * document.
   *
   * @param k1 0 to {@link #K1_MAX}
   */
  public static Quantization.Pinned quantization(double k1) {
    return k1 <= K1_OF_ONE_SCALE_MAX ? oneScale() : new Quantization.PerDocument();
  }

  /** Returns the rule by which all documents have one scale. Every weight fits it. */
  public static Quantization.Global oneScale() {
    return new Quantization.Global(SCALE);
  }

  /**
   * Returns the inverse document frequency. It is above zero for every term, and larger for rarer
   * terms.
   *
   * @param documentCount N, the number of documents of the collection, 0 or more
   * @param documentFrequency n, the number of documents that contain the term, 0 to N
   */
  public static double idf(long documentCount, long documentFrequency) {
    assert documentFrequency >= 0 && documentFrequency <= documentCount
        : documentFrequency + " of " + documentCount;
    return Math.log1p((documentCount - documentFrequency + 0.5) / (documentFrequency + 0.5));
  }

  /**
   * Returns the weight of a term in a document: its frequency after saturation and length
   * normalisation, above 0 and at most 1. Impacts are computed again from stored frequencies by
   * this function, too.
   *
   * @param termFrequency the number of occurrences of the term in the document, above 0. It may be
   *     a fraction
   * @param length the document's length: the sum of all its term frequencies, at least {@code
   *     termFrequency}
   */
  public float weight(float termFrequency, float length) {
    assert termFrequency > 0 && length >= 0 : termFrequency + " of " + length;
    return (float)
        (termFrequency / (termFrequency + saturationConstant + saturationPerLength * length));
  }
}
