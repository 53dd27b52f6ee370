package io.siskin.server.search;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.TermDictionary;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.util.Arrays;

/**
 * A query resolved against one segment: the terms that the segment has, heaviest first (ties by
 * term number).
 *
 * <p>Immutable; safe to share.
 */
public final class SegmentQuery {
  private final int[] termNumbers;
  private final int[] weights;
  private final int unknownTermCount;
  private final QuantizedQuery query;

  private SegmentQuery(
      int[] termNumbers, int[] weights, int unknownTermCount, QuantizedQuery query) {
    this.termNumbers = termNumbers;
    this.weights = weights;
    this.unknownTermCount = unknownTermCount;
    this.query = query;
  }

  /**
   * Looks up a query's terms.
   *
   * @param query the quantised query
   * @param terms the segment's terms
   */
  public static SegmentQuery resolve(QuantizedQuery query, TermDictionary terms) {
    SparseVector vector = query.vector();
    // Weight in the high half, inverted, and term number in the low half: ascending order is the
    // wanted one.
    long[] keys = new long[vector.size()];
    int known = 0;
    for (int i = 0; i < keys.length; i++) {
      int number =
          switch (vector) {
            case TokenVector tokens -> terms.numberOfToken(tokens.token(i));
            case TermIdVector ids -> terms.numberOfTermId(ids.termId(i));
          };
      if (number != TermDictionary.ABSENT) {
        keys[known++] = ((long) (Integer.MAX_VALUE - query.weight(i)) << 32) | number;
      }
    }
    Arrays.sort(keys, 0, known);
    int[] numbers = new int[known];
    int[] weights = new int[known];
    for (int i = 0; i < known; i++) {
      numbers[i] = (int) keys[i];
      weights[i] = Integer.MAX_VALUE - (int) (keys[i] >>> 32);
    }
    return new SegmentQuery(numbers, weights, keys.length - known, query);
  }

  /** Returns how many of the query's terms the segment has. */
  public int termCount() {
    return termNumbers.length;
  }

  /**
   * Returns a term number.
   *
   * @param index 0 to {@link #termCount} − 1; heavier terms first
   */
  public int termNumber(int index) {
    return termNumbers[index];
  }

  /**
   * Returns a term's integer weight, 1 or more.
   *
   * @param index 0 to {@link #termCount} − 1
   */
  public int weight(int index) {
    return weights[index];
  }

  /** Returns how many of the query's terms the segment lacks. */
  public int unknownTermCount() {
    return unknownTermCount;
  }

  /**
   * Returns the score of a document.
   *
   * @param sum the sum of integer weight × impact over the shared terms, 0 to 2^31 − 1
   * @param documentScale the document's impact scale
   */
  public float score(int sum, float documentScale) {
    return query.score(sum, documentScale);
  }

  /** Returns what {@link #score} multiplies with after the document's scale. */
  public double scoreScale() {
    return query.scoreScale();
  }
}
