package io.siskin.server.rank.stage;

import io.siskin.server.rank.list.BestDocuments;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.tree.EarlyStop;
import io.siskin.server.search.DocumentPositions;

/**
 * Scores the documents of a list by {@code alpha × score + (1 − alpha) × dense score}, as
 * Fast-Forward indexes do (Leonhardt, Rudra, Khosla, Anand and Anand, The Web Conference 2022).
 * Pure functions.
 *
 * <p>The list is descending and both products are rounded in one direction, so no document further
 * down has a larger sum than {@code alpha × the score of this one + (1 − alpha) × the largest dense
 * score that is possible}. Where that is below the worst that is kept, the rest is left out. It
 * must be below: an equal sum enters if its position is lower.
 */
public final class Interpolation {
  private static final int DOCUMENTS_PER_CHECK = 64;

  private Interpolation() {}

  /**
   * How the two scores of a document are added.
   *
   * @param alpha how much the score in the list counts, 0 to 1
   * @param missingScore stands for the dense score of a document without a vector
   */
  public record Weights(double alpha, double missingScore) {}

  /**
   * Rescores a list.
   *
   * @param limit how many documents are kept at most
   * @param weights how scores are added
   * @param earlyStop when the rest is left out
   * @param input the list
   * @param scorer scores documents by the dense field
   * @param positions where documents are
   * @param budget how long it may take; some documents are rescored even if it is spent
   */
  public static StageWork rescore(
      int limit,
      Weights weights,
      EarlyStop earlyStop,
      Ranked input,
      DenseFields.Scorer scorer,
      DocumentPositions positions,
      StageBudget budget) {
    BestDocuments best = new BestDocuments(limit);
    double bound = Math.max(scorer.scoreMax(), weights.missingScore());
    double seenMax = Double.NEGATIVE_INFINITY;
    int rank = 0;
    boolean complete = true;
    for (; rank < input.size(); rank++) {
      if (rank > 0 && rank % DOCUMENTS_PER_CHECK == 0 && budget.isSpent()) {
        complete = false;
        break;
      }
      double score = input.score(rank);
      if (best.isFull() && earlyStop != EarlyStop.NONE) {
        double most = earlyStop == EarlyStop.PROVEN ? bound : seenMax;
        if (sum(weights.alpha(), score, most) < best.worstScore()) {
          break;
        }
      }
      int number = positions.documentNumber(input.position(rank));
      int segment = positions.segment(number);
      int document = number - positions.base(segment);
      double dense =
          scorer.has(segment, document) ? scorer.score(segment, document) : weights.missingScore();
      seenMax = Math.max(seenMax, dense);
      best.offer(input.position(rank), sum(weights.alpha(), score, dense));
    }
    return new StageWork(best.toRanked(), rank, complete);
  }

  /** Adds the two scores of a document. Every rounding keeps the order of either score. */
  static double sum(double alpha, double score, double dense) {
    return alpha * score + (1 - alpha) * dense;
  }
}
