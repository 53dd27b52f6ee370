package io.siskin.server.rank.stage;

import io.siskin.server.rank.list.BestDocuments;
import io.siskin.server.rank.list.Places;
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
  // Of a list this many times longer than what is kept, most documents need no place in an order.
  private static final int LONG_LIST = 4;

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
    Places places = Places.of(input, positions);
    return earlyStop == EarlyStop.NONE
        ? all(limit, weights, input, scorer, places, budget)
        : untilStop(limit, weights, earlyStop, input, scorer, places, budget);
  }

  private static StageWork all(
      int limit,
      Weights weights,
      Ranked input,
      DenseFields.Scorer scorer,
      Places places,
      StageBudget budget) {
    double[] scores = new double[input.size()];
    int done = 0;
    while (done < scores.length && (done == 0 || !budget.isSpent())) {
      int count = Math.min(DenseFields.BLOCK_LENGTH, scores.length - done);
      scorer.locate(places.segments(), places.documents(), done, count);
      scorer.located(scores, done);
      int end = done + count;
      for (; done < end; done++) {
        double dense = orMissing(scores[done], weights);
        scores[done] = sum(weights.alpha(), input.score(done), dense);
      }
    }
    return new StageWork(best(limit, input, scores, done), done, done == scores.length);
  }

  private static Ranked best(int limit, Ranked input, double[] scores, int count) {
    if (count < LONG_LIST * limit) {
      return Ranked.best(input.positions(), scores, count, limit);
    }
    BestDocuments best = new BestDocuments(limit);
    for (int rank = 0; rank < count; rank++) {
      best.offer(input.position(rank), scores[rank]);
    }
    return best.toRanked();
  }

  private static StageWork untilStop(
      int limit,
      Weights weights,
      EarlyStop earlyStop,
      Ranked input,
      DenseFields.Scorer scorer,
      Places places,
      StageBudget budget) {
    BestDocuments best = new BestDocuments(limit);
    double bound = Math.max(scorer.scoreMax(), weights.missingScore());
    double seenMax = Double.NEGATIVE_INFINITY;
    int rank = 0;
    boolean complete = true;
    for (; rank < input.size(); rank++) {
      int index = rank % DenseFields.BLOCK_LENGTH;
      if (rank > 0 && index == 0 && budget.isSpent()) {
        complete = false;
        break;
      }
      double score = input.score(rank);
      double most = earlyStop == EarlyStop.PROVEN ? bound : seenMax;
      if (best.isFull() && sum(weights.alpha(), score, most) < best.worstScore()) {
        break;
      }
      if (index == 0) {
        int count = Math.min(DenseFields.BLOCK_LENGTH, input.size() - rank);
        scorer.locate(places.segments(), places.documents(), rank, count);
      }
      double dense = orMissing(scorer.located(index), weights);
      seenMax = Math.max(seenMax, dense);
      best.offer(input.position(rank), sum(weights.alpha(), score, dense));
    }
    return new StageWork(best.toRanked(), rank, complete);
  }

  private static double orMissing(double score, Weights weights) {
    return Double.isNaN(score) ? weights.missingScore() : score;
  }

  /** Adds the two scores of a document. Every rounding keeps the order of either score. */
  static double sum(double alpha, double score, double dense) {
    return alpha * score + (1 - alpha) * dense;
  }
}
