package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;

/**
 * Computes the BM25 weight of one term in one document. A query whose terms have weight 1 per
 * occurrence then gets the BM25 score of a document as an inner product.
 *
 * <pre>
 * impact = idf(N, n) · tf / (tf + k1 · (1 − b + b · length / averageLength))
 * idf(N, n) = ln(1 + (N − n + 0.5) / (n + 0.5))
 * </pre>
 *
 * <p>This is Robertson's formula (Robertson and Zaragoza, The Probabilistic Relevance Framework,
 * 2009) with Lucene's idf, which is never negative. The constant factor k1 + 1 is left out, as in
 * Lucene since version 8, because it does not change the order of results. Lucene keeps the length
 * of a document in one byte, but lengths are exact here. So scores differ a little from Lucene's
 * for documents longer than 40.
 *
 * <p>All computation is in double precision. Instances are immutable and safe to share between
 * threads.
 */
public final class Bm25Formula {
  /** The largest k1 that is accepted. With a larger one, term frequencies would hardly saturate. */
  public static final double K1_MAX = 1000;

  private final long documentCount;
  // These are k1·(1 − b) and k1·b / averageLength. The inner loop needs no other parameters.
  private final double saturationConstant;
  private final double saturationPerLength;

  /**
   * Fixes the parameters and the collection.
   *
   * @param k1 how slowly repeated occurrences saturate, 0 to {@link #K1_MAX}. With 0, frequencies
   *     are ignored. A larger value rewards repetition more
   * @param b how strongly the weights of long documents are lowered, 0 (not at all) to 1 (fully)
   * @param documentCount N, the number of documents of the collection, 0 or more
   * @param averageLength the mean length of a document, in the same unit as the length in {@link
   *     #impact}. It is 0 only if no document of the collection has a term
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
   * Returns the inverse document frequency. It is above zero for every term, and larger for rarer
   * terms.
   *
   * @param documentCount N, the number of documents of the collection
   * @param documentFrequency n, the number of documents that contain the term, 0 to N
   */
  public static double idf(long documentCount, long documentFrequency) {
    assert documentFrequency >= 0 && documentFrequency <= documentCount
        : documentFrequency + " of " + documentCount;
    return Math.log1p((documentCount - documentFrequency + 0.5) / (documentFrequency + 0.5));
  }

  /**
   * Returns the inverse document frequency of a term in this collection.
   *
   * @param documentFrequency the number of documents that contain the term, 0 to the document count
   */
  public double idf(long documentFrequency) {
    return idf(documentCount, documentFrequency);
  }

  /**
   * Returns the frequency after saturation and length normalisation, above 0 and at most 1. It is
   * not yet multiplied with the idf.
   *
   * @param termFrequency the number of occurrences of the term in the document, above 0. It may be
   *     a fraction
   * @param length the document's length: the sum of all its term frequencies, at least {@code
   *     termFrequency}
   */
  public double saturation(double termFrequency, double length) {
    assert termFrequency > 0 && length >= 0 : termFrequency + " of " + length;
    return termFrequency / (termFrequency + saturationConstant + saturationPerLength * length);
  }

  /**
   * Returns the BM25 weight of the term in the document.
   *
   * @param idf the term's {@link #idf(long)}. Callers compute it once per term
   * @param termFrequency as for {@link #saturation}
   * @param length as for {@link #saturation}
   */
  public float impact(double idf, double termFrequency, double length) {
    return (float) (idf * saturation(termFrequency, length));
  }
}
