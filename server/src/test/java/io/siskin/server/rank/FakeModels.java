package io.siskin.server.rank;

import io.siskin.server.rank.scope.RankingModels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One fake model of each kind. */
final class FakeModels implements RankingModels {
  final FakePairs pairs = new FakePairs();
  private final FakeTrees trees = new FakeTrees();

  @Override
  public List<String> names() {
    return List.of(FakePairs.NAME, FakeTrees.NAME);
  }

  @Override
  public @Nullable RankingModel find(String name) {
    return switch (name) {
      case FakePairs.NAME -> pairs;
      case FakeTrees.NAME -> trees;
      default -> null;
    };
  }
}
