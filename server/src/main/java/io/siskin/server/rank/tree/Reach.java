package io.siskin.server.rank.tree;

import io.siskin.server.rank.list.Ranked;

/**
 * Which documents of a list a model scores: those at its beginning that keep both bounds, as in the
 * rank and proximity thresholds of Cambazoglu et al. ("Early Exit Optimizations for Additive
 * Machine Learned Ranking Systems", WSDM 2010). The others keep their order below them.
 *
 * @param ranks how many documents are scored at most, 1 or more
 * @param margin how far below the score at the rank of the node's limit a score may be, 0 or more;
 *     infinite for any distance
 */
public record Reach(int ranks, double margin) {
  /** All documents. */
  public static final Reach ALL = new Reach(RankingNode.LIMIT_MAX, Double.POSITIVE_INFINITY);

  /**
   * Returns how many documents of a list are scored.
   *
   * @param list the list
   * @param limit the limit of the node that rescores it, 1 or more
   */
  public int count(Ranked list, int limit) {
    int count = Math.min(ranks, list.size());
    if (list.size() > limit) {
      double least = list.score(limit - 1) - margin;
      while (count > 0 && list.score(count - 1) < least) {
        count--;
      }
    }
    return count;
  }

  /**
   * Makes a list of new scores and of documents that have none. The first document without a new
   * score gets the least new score minus 1, and the differences among them stay; where rounding
   * would make one score rise or two of them equal, the lower one is the next number below. Without
   * any new score, the list stays as it is.
   *
   * @param list the list that was rescored
   * @param scores the new scores of the documents at its beginning, none NaN
   * @param count how many new scores there are
   * @param limit how many documents are kept at most
   */
  public static Ranked merge(Ranked list, double[] scores, int count, int limit) {
    double[] all = list.scores();
    if (count > 0) {
      double least = Double.POSITIVE_INFINITY;
      for (int rank = 0; rank < count; rank++) {
        // Without negative zeros, which are the same score.
        all[rank] = scores[rank] + 0.0;
        least = Math.min(least, all[rank]);
      }
      for (int rank = count; rank < all.length; rank++) {
        double former = list.score(rank);
        double fallen = least - 1 - (list.score(count) - former);
        double above = rank == count ? least : all[rank - 1];
        boolean ties = rank > count && former == list.score(rank - 1);
        all[rank] = ties ? above : Math.min(fallen, Math.nextDown(above));
      }
    }
    return Ranked.best(list.positions(), all, all.length, limit);
  }
}
