package io.siskin.server.rank.tree;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a formula may take of the stages below it. "First" is in the order of evaluation: inputs, in
 * their order, before the stage that takes them. Pure functions.
 */
public final class StagesBelow {
  private StagesBelow() {}

  /**
   * Returns the stages of a tree in the order of evaluation.
   *
   * @param node the root of the tree, which is the last one
   */
  public static List<RankingNode> all(RankingNode node) {
    List<RankingNode> all = new ArrayList<>();
    add(node, all);
    return all;
  }

  private static void add(RankingNode node, List<RankingNode> all) {
    node.inputs().forEach(input -> add(input, all));
    all.add(node);
  }

  /**
   * Returns the query of the first sparse stage or feedback; null when there is none.
   *
   * @param node the root of the tree
   */
  public static @Nullable SparseQuery query(RankingNode node) {
    for (RankingNode each : all(node)) {
      switch (each) {
        case RankingNode.Sparse sparse -> {
          return sparse.query();
        }
        case RankingNode.Feedback feedback -> {
          return feedback.query();
        }
        default -> {
          // It has no query of terms.
        }
      }
    }
    return null;
  }

  /**
   * Returns what the first stage with a dense field looks for; null when there is none.
   *
   * @param node the root of the tree
   * @param field the name of the field
   */
  public static @Nullable DenseTarget target(RankingNode node, String field) {
    for (RankingNode each : all(node)) {
      switch (each) {
        case RankingNode.Dense dense when dense.field().equals(field) -> {
          return dense.target();
        }
        case RankingNode.Interpolate interpolate when interpolate.field().equals(field) -> {
          return interpolate.target();
        }
        case RankingNode.DenseFeedback feedback when feedback.field().equals(field) -> {
          return feedback.target();
        }
        default -> {
          // It looks for nothing in the field.
        }
      }
    }
    return null;
  }
}
