package io.siskin.server.rank;

import io.siskin.server.rank.formula.Formula;
import io.siskin.server.rank.scope.RankingModels;
import java.util.List;

/** A model of three features whose trees are lines of Java. Its scores are exact in halves. */
final class FakeTrees implements RankingModels.TreeModel {
  static final String NAME = "trees";
  private static final List<RankingModels.Feature> FEATURES =
      List.of(
          new RankingModels.Feature("score", Formula.parse("score()"), null),
          new RankingModels.Feature("rank", Formula.parse("rank() / 2"), null),
          new RankingModels.Feature("age", Formula.parse("ln(field('price', -1))"), -4.0));

  /** Returns the sum of two trees for one row. */
  static float score(float[] row) {
    float first = row[0] > 1.5f ? (row[1] > 3 ? 2 : 1.5f) : -0.5f;
    float second = row[2] <= 0 ? 0.5f : (row[0] > 0 ? -1 : 3);
    return first + second;
  }

  @Override
  public int featureCount() {
    return FEATURES.size();
  }

  @Override
  public List<RankingModels.Feature> features() {
    return FEATURES;
  }

  @Override
  public float[] score(float[] rows, int count) {
    float[] scores = new float[count];
    for (int i = 0; i < count; i++) {
      scores[i] = score(new float[] {rows[3 * i], rows[3 * i + 1], rows[3 * i + 2]});
    }
    return scores;
  }
}
