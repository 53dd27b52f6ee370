package io.siskin.server.search;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermLookup;
import java.util.Arrays;

/**
 * A query resolved against one segment: the terms that the segment has, heaviest first (ties by
 * term number).
 *
 * <p>{@link #set} makes it another query without allocating once it was as long; who never calls it
 * may share the object.
 */
public final class SegmentQuery {
  private static final int[] GAPS = {1799, 701, 301, 132, 57, 23, 10, 4, 1};

  /** Longer queries are sorted by the JDK: there its speed matters more than a few bytes. */
  private static final int SHELL_SORT_MAX = 4096;

  private long[] keys = new long[0];
  private int[] termNumbers = new int[0];
  private int[] weights = new int[0];
  private int termCount;
  private int weightSum;
  private int unknownTermCount;
  private double scoreScale = 1;

  /** Makes a query without terms. */
  SegmentQuery() {}

  /**
   * Looks up a query's terms.
   *
   * @param query the quantised query
   * @param terms the segment's terms
   */
  public static SegmentQuery resolve(QuantizedQuery query, TermLookup terms) {
    SegmentQuery resolved = new SegmentQuery();
    resolved.set(query, terms);
    return resolved;
  }

  /**
   * Looks up another query's terms.
   *
   * @param query the quantised query
   * @param terms the segment's terms
   */
  void set(QuantizedQuery query, TermLookup terms) {
    SparseVector vector = query.vector();
    if (keys.length < vector.size()) {
      keys = new long[vector.size()];
      termNumbers = new int[vector.size()];
      weights = new int[vector.size()];
    }
    // Weight in the high half, inverted, and term number in the low half: ascending order is the
    // wanted one.
    termCount = 0;
    for (int i = 0; i < vector.size(); i++) {
      int number = terms.number(vector, i);
      if (number != TermLookup.ABSENT) {
        keys[termCount++] = ((long) (Integer.MAX_VALUE - query.weight(i)) << 32) | number;
      }
    }
    sort(keys, termCount);
    weightSum = 0;
    for (int i = 0; i < termCount; i++) {
      termNumbers[i] = (int) keys[i];
      weights[i] = Integer.MAX_VALUE - (int) (keys[i] >>> 32);
      weightSum += weights[i];
    }
    unknownTermCount = vector.size() - termCount;
    scoreScale = query.scoreScale();
  }

  /**
   * Sorts in place by Shell's method with Ciura's gaps. For the few terms of a query it is as quick
   * as {@link java.util.Arrays#sort(long[])}, which allocates a pair of pivots for each partition
   * of more than 44 numbers.
   */
  static void sort(long[] keys, int count) {
    if (count > SHELL_SORT_MAX) {
      Arrays.sort(keys, 0, count);
      return;
    }
    for (int gap : GAPS) {
      for (int i = gap; i < count; i++) {
        long key = keys[i];
        int at = i;
        for (; at >= gap && keys[at - gap] > key; at -= gap) {
          keys[at] = keys[at - gap];
        }
        keys[at] = key;
      }
    }
  }

  /** Returns how many of the query's terms the segment has. */
  public int termCount() {
    return termCount;
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

  /** Returns the sum of all weights, 0 to {@link QuantizedQuery#WEIGHT_SUM_MAX}. */
  public int weightSum() {
    return weightSum;
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
    return QuantizedQuery.score(sum, documentScale, scoreScale);
  }

  /**
   * Returns the refined score of a document.
   *
   * @param sum as {@link QuantizedQuery#refinedScore} wants it
   * @param documentScale the document's impact scale
   */
  public float refinedScore(long sum, float documentScale) {
    return QuantizedQuery.refinedScore(sum, documentScale, scoreScale);
  }

  /** Returns what {@link #score} multiplies with after the document's scale. */
  public double scoreScale() {
    return scoreScale;
  }
}
