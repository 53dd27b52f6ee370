package io.siskin.server.measure;

import io.siskin.index.error.InvalidInputException;
import java.util.Arrays;

/**
 * The right answers: for each query the best rows and their exact scores, score descending, then
 * row ascending.
 *
 * <p>Holds rows with a score above zero only, so a query that fewer than k documents match has
 * fewer. Immutable, safe to share between threads.
 */
public final class GroundTruth {
  private final int k;
  private final int[][] rows;
  private final double[][] scores;

  private GroundTruth(int k, int[][] rows, double[][] scores) {
    this.k = k;
    this.rows = rows;
    this.scores = scores;
  }

  /**
   * Takes answers, for example those of an exhaustive evaluation.
   *
   * @param k how many were asked for, 1 or more
   * @param rows per query at most k document numbers or row numbers, best first; copied
   * @param scores the score of each; copied
   * @throws InvalidInputException when scores do not descend, a row stands twice, or sizes differ
   */
  public static GroundTruth of(int k, int[][] rows, double[][] scores) {
    if (rows.length != scores.length) {
      throw new InvalidInputException(
          "scores", scores.length, "as many queries as rows: " + rows.length);
    }
    int[][] rowCopy = new int[rows.length][];
    double[][] scoreCopy = new double[rows.length][];
    for (int query = 0; query < rows.length; query++) {
      checkOrder(query, k, rows[query], scores[query]);
      rowCopy[query] = rows[query].clone();
      scoreCopy[query] = scores[query].clone();
    }
    return new GroundTruth(k, rowCopy, scoreCopy);
  }

  /** Returns how many answers were asked for. */
  public int k() {
    return k;
  }

  /** Returns the number of queries. */
  public int queryCount() {
    return rows.length;
  }

  /**
   * Returns how many answers a query has, 0 to {@link #k}.
   *
   * @param query 0 to {@link #queryCount} − 1
   */
  public int size(int query) {
    return rows[query].length;
  }

  /**
   * Returns the row of an answer.
   *
   * @param query 0 to {@link #queryCount} − 1
   * @param rank 0 (the best) to {@link #size} − 1
   */
  public int row(int query, int rank) {
    return rows[query][rank];
  }

  /**
   * Returns the exact score of an answer, above 0.
   *
   * @param query 0 to {@link #queryCount} − 1
   * @param rank 0 (the best) to {@link #size} − 1
   */
  public double score(int query, int rank) {
    return scores[query][rank];
  }

  private static void checkOrder(int query, int k, int[] rows, double[] scores) {
    if (rows.length != scores.length || rows.length > k) {
      throw new InvalidInputException(
          "answers of query " + query,
          rows.length + " rows, " + scores.length + " scores",
          "as many, at most " + k);
    }
    for (int i = 0; i < rows.length; i++) {
      boolean isOrdered = i == 0 || scores[i] <= scores[i - 1];
      if (!(scores[i] > 0) || !isOrdered) {
        throw new InvalidInputException(
            "answer " + i + " of query " + query,
            "row " + rows[i] + " with score " + scores[i],
            "scores above 0, descending");
      }
    }
    if (Arrays.stream(rows).distinct().count() < rows.length) {
      throw new InvalidInputException(
          "answers of query " + query, Arrays.toString(rows), "each row once");
    }
  }
}
