package io.siskin.server.measure;

import io.siskin.index.error.InvalidInputException;
import java.util.HashSet;
import java.util.Set;

/**
 * Recall of an approximate evaluation against the exact answers: |found ∩ exact top k| / k,
 * averaged over the queries.
 *
 * <p>A document that ties with the k-th exact one is as right as that, so it counts as found; a tie
 * is a score of at least (1 − 10^−6) × the k-th score, wide enough for sums in single precision.
 * This is the rule of the peer engines' harness, so figures compare. The divisor is the number of
 * exact answers where fewer than k documents match.
 */
public final class Recall {
  private static final double TIE = 1 - 1e-6;

  private Recall() {}

  /** Scores one document exactly. Safe for the threads that measure. */
  @FunctionalInterface
  public interface ExactScore {
    /**
     * Returns the exact score, in the unit of the ground truth.
     *
     * @param query number of the query
     * @param row number of the document
     */
    double score(int query, int row);
  }

  /**
   * Returns the mean over all queries.
   *
   * @param truth the exact answers
   * @param found per query what was found, best first; only the first k count, a row counts once
   * @param exact asked only for found rows that are not among the exact answers
   * @return 0 to 1; 1 when there is no query
   * @throws InvalidInputException when found and truth differ in their number of queries
   */
  public static double mean(GroundTruth truth, int[][] found, ExactScore exact) {
    if (found.length != truth.queryCount()) {
      throw new InvalidInputException(
          "answered queries",
          found.length,
          "as many as the ground truth has: " + truth.queryCount());
    }
    double sum = 0;
    for (int query = 0; query < found.length; query++) {
      sum += ofQuery(truth, query, found[query], exact);
    }
    return found.length == 0 ? 1 : sum / found.length;
  }

  /**
   * Returns the recall of one query.
   *
   * @param truth the exact answers
   * @param query number of the query
   * @param found what was found, best first; only the first k count, a row counts once
   * @param exact asked only for found rows that are not among the exact answers
   * @return 0 to 1; 1 when no document matches the query, because nothing can be missed
   */
  public static double ofQuery(GroundTruth truth, int query, int[] found, ExactScore exact) {
    int wanted = truth.size(query);
    if (wanted == 0) {
      return 1;
    }
    Set<Integer> right = new HashSet<>();
    for (int rank = 0; rank < wanted; rank++) {
      right.add(truth.row(query, rank));
    }
    double tie = truth.score(query, wanted - 1) * TIE;
    Set<Integer> seen = new HashSet<>();
    int hits = 0;
    for (int i = 0; i < Math.min(found.length, truth.k()); i++) {
      int row = found[i];
      if (seen.add(row) && (right.contains(row) || exact.score(query, row) >= tie)) {
        hits++;
      }
    }
    return (double) Math.min(hits, wanted) / wanted;
  }
}
