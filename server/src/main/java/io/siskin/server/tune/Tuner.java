package io.siskin.server.tune;

import io.siskin.server.rank.tree.RankingNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Finds the values of the parameters of a tree that are best on judged queries, by coordinate
 * ascent: one parameter after another takes the best value of its grid while the others stay, until
 * no value is better. A value must be better by more than rounding to be taken, so that the first
 * one stays where several are equal. The same input gives the same result.
 *
 * <p>A setting is measured once for all queries. Folds and rounds take what is known. Used by one
 * thread.
 */
public final class Tuner {
  private static final int ROUNDS_MAX = 20;
  private static final double GAIN_MIN = 1e-9;

  private final RankingNode root;
  private final List<TreeParameter> parameters;
  private final Trial trial;
  private final Map<List<Double>, double[]> measured = new HashMap<>();

  /** Measures a tree. */
  @FunctionalInterface
  public interface Trial {
    /**
     * Measures a tree.
     *
     * @param root its root
     * @return one value for each query, always in the same order; larger is better
     */
    double[] measure(RankingNode root);
  }

  /**
   * What was found on some queries and measured on others.
   *
   * @param trainQueries queries on which the values were chosen
   * @param testQueries queries on which both trees were measured
   * @param untuned the mean of the tree as it was given, over the others
   * @param tuned the mean of the tuned tree, over the others
   * @param values the chosen values, in the order of the parameters
   */
  public record Fold(
      int trainQueries, int testQueries, double untuned, double tuned, List<Double> values) {
    /** Copies the list. */
    public Fold {
      values = List.copyOf(values);
    }
  }

  /**
   * The result of all queries.
   *
   * @param root the root of the tuned tree
   * @param untuned the mean of the tree as it was given
   * @param tuned the mean of the tuned tree, on the queries on which it was chosen
   * @param values the chosen values, in the order of the parameters
   */
  public record Tuned(RankingNode root, double untuned, double tuned, List<Double> values) {
    /** Copies the list. */
    public Tuned {
      values = List.copyOf(values);
    }
  }

  /**
   * Prepares to tune.
   *
   * @param root the root of the tree; its values are where the search begins
   * @param parameters what may change, at least one
   * @param trial measures a tree
   */
  public Tuner(RankingNode root, List<TreeParameter> parameters, Trial trial) {
    this.root = root;
    this.parameters = List.copyOf(parameters);
    this.trial = trial;
  }

  /** Returns the parameters. */
  public List<TreeParameter> parameters() {
    return parameters;
  }

  /** Returns how many settings were measured so far. */
  public int settingsMeasured() {
    return measured.size();
  }

  /**
   * Tunes on all queries but those of each fold in turn, and measures on those. A query is of the
   * fold that is its number, counted from 0, modulo the number of folds.
   *
   * @param count how many folds, 2 to the number of queries
   */
  public List<Fold> crossValidate(int count) {
    List<Double> given = given();
    int queries = measure(given).length;
    List<Fold> folds = new ArrayList<>(count);
    for (int fold = 0; fold < count; fold++) {
      int left = fold;
      List<Double> best = best(query -> query % count != left);
      IntPredicate test = query -> query % count == left;
      int tested = (queries - left + count - 1) / count;
      folds.add(
          new Fold(
              queries - tested,
              tested,
              mean(measure(given), test),
              mean(measure(best), test),
              best));
    }
    return folds;
  }

  /** Tunes on all queries. */
  public Tuned tune() {
    List<Double> best = best(_ -> true);
    return new Tuned(
        tree(best), mean(measure(given()), _ -> true), mean(measure(best), _ -> true), best);
  }

  private List<Double> given() {
    return parameters.stream().map(parameter -> parameter.value(root)).toList();
  }

  private List<Double> best(IntPredicate train) {
    List<Double> best = given();
    double highest = mean(measure(best), train);
    boolean better = true;
    for (int round = 0; better && round < ROUNDS_MAX; round++) {
      better = false;
      for (int i = 0; i < parameters.size(); i++) {
        List<Double> from = best;
        for (double value : parameters.get(i).grid()) {
          List<Double> setting = new ArrayList<>(from);
          setting.set(i, value);
          double mean = mean(measure(setting), train);
          if (mean > highest + GAIN_MIN) {
            highest = mean;
            best = List.copyOf(setting);
            better = true;
          }
        }
      }
    }
    return best;
  }

  private double[] measure(List<Double> setting) {
    return measured.computeIfAbsent(setting, values -> trial.measure(tree(values)));
  }

  private RankingNode tree(List<Double> setting) {
    RankingNode tree = root;
    for (int i = 0; i < parameters.size(); i++) {
      tree = parameters.get(i).with(tree, setting.get(i));
    }
    return tree;
  }

  private static double mean(double[] values, IntPredicate counted) {
    double sum = 0;
    int count = 0;
    for (int query = 0; query < values.length; query++) {
      if (counted.test(query)) {
        sum += values[query];
        count++;
      }
    }
    return count == 0 ? 0 : sum / count;
  }
}
