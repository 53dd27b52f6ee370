package io.siskin.server.rank.passage;

import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.stage.Fusion;
import io.siskin.server.rank.tree.RankingNode;

/**
 * Picks documents that are good and unlike those before them: maximal marginal relevance (Carbonell
 * and Goldstein, SIGIR 1998). Pure functions.
 *
 * <p>The value of a document that is left never rises, because its largest similarity never falls
 * and is never below 0. So values come out in descending order, and equal ones by position: the
 * picks, in their order, are a list.
 */
public final class Diversity {
  private Diversity() {}

  /**
   * Picks documents.
   *
   * @param node the weight of the scores, and how many are picked
   * @param input the list
   * @param scope has the vectors
   * @param budget how long it may take; one document is picked even if it is spent
   */
  public static StageWork pick(
      RankingNode.Diversify node, Ranked input, RankedScope scope, StageBudget budget) {
    double[] relevance = input.scores();
    Fusion.normalize(relevance, node.normalization());
    DocumentCosines cosines = DocumentCosines.of(node.similarity(), input, scope);
    int count = Math.min(node.frame().limit(), input.size());
    double[] largest = new double[input.size()];
    boolean[] isPicked = new boolean[input.size()];
    int[] positions = new int[count];
    double[] values = new double[count];
    int picked = 0;
    boolean isComplete = true;
    while (picked < count) {
      if (picked > 0 && budget.isSpent()) {
        isComplete = false;
        break;
      }
      int next = next(node.lambda(), input, relevance, largest, isPicked);
      positions[picked] = input.position(next);
      values[picked++] = value(node.lambda(), relevance[next], largest[next]);
      isPicked[next] = true;
      if (picked < count) {
        cosines.raise(next, isPicked, largest);
      }
    }
    return new StageWork(
        Ranked.best(positions, values, picked, Math.max(1, count)), input.size(), isComplete);
  }

  private static int next(
      double lambda, Ranked input, double[] relevance, double[] largest, boolean[] isPicked) {
    int best = -1;
    double bestValue = 0;
    for (int rank = 0; rank < isPicked.length; rank++) {
      if (!isPicked[rank]) {
        double value = value(lambda, relevance[rank], largest[rank]);
        if (best < 0
            || Ranked.isBetter(value, input.position(rank), bestValue, input.position(best))) {
          best = rank;
          bestValue = value;
        }
      }
    }
    return best;
  }

  private static double value(double lambda, double relevance, double similarity) {
    return lambda * relevance - (1 - lambda) * similarity;
  }
}
