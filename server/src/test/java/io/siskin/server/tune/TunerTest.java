package io.siskin.server.tune;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import io.siskin.server.rank.RandomTrees;
import io.siskin.server.rank.tree.FusionMethod;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.RankingNode.Frame;
import io.siskin.server.rank.tree.RankingNode.Weighted;
import io.siskin.server.rank.tree.SparseQuery;
import io.siskin.server.search.Evaluation;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The values that are found are the best ones, and what is measured was not seen before. */
final class TunerTest {
  private static RankingNode leaf(String name) {
    return new RankingNode.Sparse(
        new Frame(name, name, 10, 0), new SparseQuery.OfRequest(), Evaluation.BY_DEFAULT);
  }

  private static RankingNode tree() {
    return new RankingNode.Fuse(
        new Frame("node", "root", 10, 0),
        List.of(new Weighted(leaf("a"), 1), new Weighted(leaf("b"), 1)),
        new FusionMethod.ReciprocalRank(60));
  }

  private static double weight(RankingNode root, int index) {
    return ((RankingNode.Fuse) root).weighted().get(index).weight();
  }

  @Test
  void everyParameterOfATreeIsFoundAndCanBeSet() {
    RandomTrees trees = new RandomTrees(new Random(Seeds.next()), 4);
    int found = 0;
    for (int i = 0; i < 300; i++) {
      RankingNode tree = trees.next();
      for (TreeParameter parameter : TreeParameter.of(tree)) {
        found++;
        assertThat(parameter.with(tree, parameter.value(tree))).isEqualTo(tree);
        double value = parameter.kind() == TreeParameter.Kind.ALPHA ? 0.625 : 77;
        RankingNode changed = parameter.with(tree, value);
        assertThat(parameter.value(changed)).isEqualTo(value);
        for (TreeParameter other : TreeParameter.of(tree)) {
          if (!other.equals(parameter)) {
            assertThat(other.value(changed)).isEqualTo(other.value(tree));
          }
        }
      }
    }
    assertThat(found).isGreaterThan(100);
  }

  @Test
  void theBestValuesOfASumAreFound() {
    List<TreeParameter> parameters = TreeParameter.of(tree());
    assertThat(parameters)
        .extracting(TreeParameter::path)
        .containsExactly(
            "node.fuse.inputs[0].weight",
            "node.fuse.inputs[1].weight",
            "node.fuse.reciprocal_rank.constant");
    Tuner tuner =
        new Tuner(
            tree(),
            parameters,
            root -> {
              double constant = parameters.get(2).value(root);
              double far =
                  Math.abs(weight(root, 0) - 0.3)
                      + Math.abs(weight(root, 1) - 5)
                      + Math.abs(constant - 20) / 100;
              return new double[] {-far, -far, -far, -far};
            });
    Tuner.Tuned tuned = tuner.tune();
    assertThat(tuned.values()).containsExactly(0.3, 5.0, 20.0);
    assertThat(tuned.tuned()).isZero();
    assertThat(tuned.untuned()).isEqualTo(-5.1, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(parameters.get(1).value(tuned.root())).isEqualTo(5);
    // Each setting once, also for all folds.
    int settings = tuner.settingsMeasured();
    assertThat(settings).isLessThan(150);
    assertThat(tuner.crossValidate(4)).hasSize(4);
    assertThat(tuner.settingsMeasured()).isEqualTo(settings);
  }

  @Test
  void aFoldIsMeasuredWithValuesThatWereChosenWithoutIt() {
    // Query 0 likes the weight 10, all others like 0.5, and the first query is a fold of its own.
    Tuner tuner =
        new Tuner(
            tree(),
            TreeParameter.of(tree()),
            root -> {
              double weight = weight(root, 1);
              double first = weight == 10 ? 1 : 0;
              double other = weight == 0.5 ? 0.25 : 0;
              return new double[] {first, other, other};
            });
    List<Tuner.Fold> folds = tuner.crossValidate(3);
    assertThat(folds).extracting(Tuner.Fold::testQueries).containsExactly(1, 1, 1);
    assertThat(folds.get(0).values().get(1)).isEqualTo(0.5);
    assertThat(folds.get(0).tuned()).isZero();
    assertThat(folds.get(1).values().get(1)).isEqualTo(10);
    assertThat(folds.get(1).tuned()).isZero();
    assertThat(folds.get(1).untuned()).isZero();
    assertThat(tuner.tune().values().get(1)).isEqualTo(10);
    assertThat(tuner.tune().tuned()).isEqualTo(1.0 / 3);
  }

  @Test
  void whereNothingIsBetterTheFirstValuesStay() {
    Tuner tuner = new Tuner(tree(), TreeParameter.of(tree()), _ -> new double[] {0.5, 0.5});
    assertThat(tuner.tune().root()).isEqualTo(tree());
  }
}
