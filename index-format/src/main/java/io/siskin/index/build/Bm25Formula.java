package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;

/**
 * BM25 as impacts: what one term of one document is worth, so that a query with weights of one per
 * occurrence scores a document by BM25 as an inner product.
 *
 * <pre>
 * impact = idf(N, n) · tf / (tf + k1 · (1 − b + b · length / averageLength))
 * idf(N, n) = ln(1 + (N − n + 0.5) / (n + 0.5))
 * </pre>
 *
 * <p>This is Robertson's formula (Robertson and Zaragoza, The Probabilistic Relevance Framework,
 * 2009) with Lucene's idf, which is never negative. As in Lucene since version 8 the constant
 * factor k1 + 1 is left out: it changes no order. Unlike Lucene, which keeps a document's length in
 * one byte, lengths are exact here, so scores differ a little from Lucene's above a length of 40.
 *
 * <p>Computed in double precision. Immutable, safe to share between threads.
 */
public final class Bm25Formula {
  /** The largest k1 accepted; above it a term's frequency hardly saturates. */
  public static final double K1_MAX = 1000;

  private final long documentCount;
  // k1·(1 − b) and k1·b / averageLength: all that the inner loop needs of the parameters.
  private final double saturationConstant;
  private final double saturationPerLength;

  /**
   * Fixes the parameters and the collection.
   *
   * @param k1 how slowly repeated occurrences saturate, 0 to {@link #K1_MAX}; 0 ignores
   *     frequencies, raising it rewards repetition
   * @param b how much length is held against a document, 0 (not at all) to 1 (fully)
   * @param documentCount N, documents of the collection, 0 or more
   * @param averageLength mean document length, in the unit of {@link #impact}'s length; 0 only for
   *     a collection in which no document has a term
   * @throws InvalidInputException when a value is outside its range
   */
  public Bm25Formula(double k1, double b, long documentCount, double averageLength) {
    checkParameters(k1, b);
    if (documentCount < 0) {
      throw new InvalidInputException("documentCount", documentCount, "0 or more");
    }
    if (!(averageLength >= 0 && averageLength < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException("averageLength", averageLength, "a finite number, 0 or more");
    }
    this.documentCount = documentCount;
    this.saturationConstant = k1 * (1 - b);
    this.saturationPerLength = averageLength == 0 ? 0 : k1 * b / averageLength;
  }

  /**
   * Checks the two parameters, for whoever stores them before the collection is known.
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
   * Returns the inverse document frequency: above zero for every term, the rarer the larger.
   *
   * @param documentCount N, documents of the collection
   * @param documentFrequency n, how many of them contain the term, 0 to N
   */
  public static double idf(long documentCount, long documentFrequency) {
    assert documentFrequency >= 0 && documentFrequency <= documentCount
        : documentFrequency + " of " + documentCount;
    return Math.log1p((documentCount - documentFrequency + 0.5) / (documentFrequency + 0.5));
  }

  /**
   * Returns the inverse document frequency of a term in this collection.
   *
   * @param documentFrequency how many documents contain the term, 0 to the document count
   */
  public double idf(long documentFrequency) {
    return idf(documentCount, documentFrequency);
  }

  /**
   * Returns the saturated, length-normalised frequency: above 0, at most 1, before the idf.
   *
   * @param termFrequency occurrences of the term in the document, above 0; may be fractional
   * @param length the document's length: the sum of all its term frequencies, at least {@code
   *     termFrequency}
   */
  public double saturation(double termFrequency, double length) {
    assert termFrequency > 0 && length >= 0 : termFrequency + " of " + length;
    return termFrequency / (termFrequency + saturationConstant + saturationPerLength * length);
  }

  /**
   * Returns what the term is worth in the document.
   *
   * @param idf the term's {@link #idf(long)}, computed once a term
   * @param termFrequency as for {@link #saturation}
   * @param length as for {@link #saturation}
   */
  public float impact(double idf, double termFrequency, double length) {
    return (float) (idf * saturation(termFrequency, length));
  }
}
