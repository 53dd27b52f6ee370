package io.siskin.server.rank.stage;

import io.siskin.server.rank.list.PositionSlots;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.tree.FusionMethod;
import io.siskin.server.rank.tree.FusionMethod.Normalization;
import java.util.Arrays;
import java.util.List;

/**
 * Makes one list of several. Every document of a list is in it. Pure functions; they add in the
 * order of the lists, so that the last digit does not depend on anything else.
 */
public final class Fusion {
  private static final double DISTRIBUTION_DEVIATIONS = 3;

  private Fusion() {}

  /**
   * Fuses lists.
   *
   * @param lists the lists
   * @param weights how much each of them counts
   * @param method how scores are made
   * @param limit how many documents are kept at most
   */
  public static Ranked fuse(List<Ranked> lists, double[] weights, FusionMethod method, int limit) {
    int countMax = 0;
    for (Ranked list : lists) {
      countMax += list.size();
    }
    PositionSlots slots = new PositionSlots(countMax);
    for (Ranked list : lists) {
      for (int rank = 0; rank < list.size(); rank++) {
        slots.add(list.position(rank));
      }
    }
    double[] sums = new double[slots.size()];
    for (int i = 0; i < lists.size(); i++) {
      switch (method) {
        case FusionMethod.ReciprocalRank(int constant) ->
            addReciprocalRanks(lists.get(i), weights[i], constant, slots, sums);
        case FusionMethod.Linear(Normalization normalization, double missingScore) ->
            addScores(lists.get(i), weights[i], normalization, missingScore, slots, sums);
      }
    }
    int[] positions = new int[slots.size()];
    for (int slot = 0; slot < positions.length; slot++) {
      positions[slot] = slots.position(slot);
    }
    return Ranked.best(positions, sums, positions.length, limit);
  }

  private static void addReciprocalRanks(
      Ranked list, double weight, int constant, PositionSlots slots, double[] sums) {
    for (int rank = 0; rank < list.size(); rank++) {
      sums[slots.find(list.position(rank))] += weight / ((double) constant + (rank + 1));
    }
  }

  private static void addScores(
      Ranked list,
      double weight,
      Normalization normalization,
      double missingScore,
      PositionSlots slots,
      double[] sums) {
    double[] parts = new double[sums.length];
    Arrays.fill(parts, missingScore);
    double[] scores = list.scores();
    normalize(scores, normalization);
    for (int rank = 0; rank < scores.length; rank++) {
      parts[slots.find(list.position(rank))] = scores[rank];
    }
    for (int slot = 0; slot < sums.length; slot++) {
      sums[slot] += weight * parts[slot];
    }
  }

  /**
   * Makes the scores of one list comparable with those of another.
   *
   * @param scores the scores, descending; replaced
   * @param normalization how
   */
  public static void normalize(double[] scores, Normalization normalization) {
    int count = scores.length;
    if (count == 0 || normalization == Normalization.NONE) {
      return;
    }
    double largest = scores[0];
    double least = scores[count - 1];
    if (largest == least) {
      Arrays.fill(scores, ofEqual(normalization));
      return;
    }
    if (normalization == Normalization.MIN_MAX) {
      for (int i = 0; i < count; i++) {
        scores[i] = (scores[i] - least) / (largest - least);
      }
      return;
    }
    double mean = mean(scores);
    double deviation = deviation(scores, mean);
    double origin = mean;
    double width = deviation;
    if (normalization == Normalization.DISTRIBUTION) {
      origin = mean - DISTRIBUTION_DEVIATIONS * deviation;
      width = 2 * DISTRIBUTION_DEVIATIONS * deviation;
    }
    for (int i = 0; i < count; i++) {
      // Scores that differ by less than a double can tell have no deviation.
      scores[i] = width > 0 ? (scores[i] - origin) / width : ofEqual(normalization);
    }
  }

  /**
   * Returns what scores become that are all the same. A lone hit is the best one, not the worst.
   */
  private static double ofEqual(Normalization normalization) {
    return switch (normalization) {
      case NONE, Z_SCORE -> 0;
      case MIN_MAX -> 1;
      case DISTRIBUTION -> 0.5;
    };
  }

  private static double mean(double[] scores) {
    double sum = 0;
    for (double score : scores) {
      sum += score;
    }
    return sum / scores.length;
  }

  private static double deviation(double[] scores, double mean) {
    double sum = 0;
    for (double score : scores) {
      sum += (score - mean) * (score - mean);
    }
    return Math.sqrt(sum / scores.length);
  }
}
