package io.siskin.server.rank.stage;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.rank.formula.Formula;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.RankingModels.Feature;
import io.siskin.server.rank.scope.RankingModels.TreeModel;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.Reach;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Scores the documents of a list by a model of decision trees. Pure functions. */
public final class TreeRescoring {
  private TreeRescoring() {}

  /**
   * Returns the features of a stage: its own or, if it has none, those of the model.
   *
   * @param node the stage
   * @param model its model
   */
  public static List<Feature> features(RankingNode.Trees node, TreeModel model) {
    if (node.features().isEmpty()) {
      return model.features();
    }
    List<Feature> features = new ArrayList<>(node.features().size());
    for (Formula formula : node.features()) {
      features.add(new Feature(formula.text(), formula, null));
    }
    return features;
  }

  /**
   * Rescores a list.
   *
   * @param node how many documents are kept
   * @param input the list
   * @param count how many documents at its beginning are scored
   * @param model the model
   * @param formulas computes the features for these documents
   * @param budget how long it may take; when it is spent before, no document is scored
   */
  public static StageWork rescore(
      RankingNode.Trees node,
      Ranked input,
      int count,
      TreeModel model,
      FormulaRescoring formulas,
      StageBudget budget) {
    int limit = node.frame().limit();
    if (count == 0 || budget.isSpent()) {
      return new StageWork(Reach.merge(input, new double[0], 0, limit), 0, count == 0);
    }
    List<Feature> features = features(node, model);
    double[][] columns = columns(features, formulas, path(node));
    float[] rows = new float[count * columns.length];
    for (int feature = 0; feature < columns.length; feature++) {
      for (int row = 0; row < count; row++) {
        rows[row * columns.length + feature] = (float) columns[feature][row];
      }
    }
    float[] scored = model.score(rows, count);
    double[] scores = new double[count];
    for (int row = 0; row < count; row++) {
      scores[row] = scored[row];
    }
    return new StageWork(Reach.merge(input, scores, count, limit), count, true);
  }

  private static String path(RankingNode.Trees node) {
    return node.frame().path() + ".rescore.trees";
  }

  /**
   * Computes features for a list.
   *
   * @param features the features
   * @param formulas computes them
   * @param path where the stage is, for messages
   * @return for each feature, the values in the order of the list; each fits a single-precision
   *     number
   * @throws InvalidInputException when a feature without a value for this gives no finite number
   */
  public static double[][] columns(List<Feature> features, FormulaRescoring formulas, String path) {
    double[][] columns = new double[features.size()][];
    for (int i = 0; i < columns.length; i++) {
      Feature feature = features.get(i);
      double[] values = formulas.values(feature.formula().root());
      for (int row = 0; row < values.length; row++) {
        if (!(Math.abs(values[row]) <= Float.MAX_VALUE)) {
          Double instead = feature.undefined();
          if (instead == null) {
            throw new InvalidInputException(
                path + ".features[" + i + "]",
                values[row] + " for the document at rank " + (row + 1) + " of its list",
                "a formula that gives a finite number, or one with a value for undefined. It is: "
                    + feature.formula().text());
          }
          values[row] = instead;
        }
      }
      columns[i] = values;
    }
    return columns;
  }

  /**
   * Returns the rows of a table of features.
   *
   * @param columns for each feature, one value for each document
   * @param count how many documents there are
   */
  public static List<double[]> rows(double[][] columns, int count) {
    List<double[]> rows = new ArrayList<>(count);
    for (int row = 0; row < count; row++) {
      int at = row;
      rows.add(Arrays.stream(columns).mapToDouble(column -> column[at]).toArray());
    }
    return rows;
  }
}
