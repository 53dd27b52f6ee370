package io.siskin.server.rank.passage;

import io.siskin.server.rank.list.Places;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.search.DocumentPositions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a dense query of a query and of the vectors of documents that are taken to be relevant (Li,
 * Zhuang, Mourad, Ma, Lin and Zuccon, "To Interpolate or not to Interpolate", SIGIR 2022). Pure
 * functions.
 */
public final class DenseExpansion {
  /** The largest absolute number of a query. */
  private static final double VALUE_MAX = 1e15;

  private DenseExpansion() {}

  /**
   * Returns {@code queryWeight × q + documentWeight × mean of d}.
   *
   * @param node the weights, and how many documents count
   * @param query the vector of the query
   * @param best the list whose best documents count; those without a vector are left out
   * @param field the dense field
   * @param positions where documents are
   * @return null if all its numbers are 0
   */
  public static @Nullable DenseVector expand(
      RankingNode.DenseFeedback node,
      DenseVector query,
      Ranked best,
      DenseFields.Field field,
      DocumentPositions positions) {
    DenseFields.VectorScorer scorer = field.scorer(query);
    double[] sums = new double[field.dimensions()];
    int count = 0;
    Places places = Places.ofBest(best, node.documents(), positions);
    for (int rank = 0; rank < places.size(); rank++) {
      int segment = places.segments()[rank];
      int document = places.documents()[rank];
      if (scorer.has(segment, document)) {
        List<float[]> vectors = field.vectors(segment, document);
        float[] nearest = vectors.get(nearest(scorer, segment, document));
        for (int i = 0; i < sums.length; i++) {
          sums[i] += nearest[i];
        }
        count++;
      }
    }
    DenseVector own = scorer.query();
    float[] expanded = new float[sums.length];
    boolean hasDirection = false;
    for (int i = 0; i < sums.length; i++) {
      double added = count == 0 ? 0 : node.documentWeight() * sums[i] / count;
      double value = node.queryWeight() * own.value(i) + added;
      expanded[i] = (float) Math.clamp(value, -VALUE_MAX, VALUE_MAX);
      hasDirection |= expanded[i] != 0;
    }
    return hasDirection ? new DenseVector(expanded) : null;
  }

  private static int nearest(DenseFields.VectorScorer scorer, int segment, int document) {
    int nearest = 0;
    float largest = Float.NEGATIVE_INFINITY;
    for (int vector = 0; vector < scorer.vectorCount(segment, document); vector++) {
      float score = scorer.score(segment, document, vector);
      if (score > largest) {
        largest = score;
        nearest = vector;
      }
    }
    return nearest;
  }
}
