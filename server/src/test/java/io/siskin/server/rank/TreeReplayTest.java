package io.siskin.server.rank;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.scope.EncodedQueries;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.search.Cancellation;
import io.siskin.server.tune.TreeParameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A variant gives the same list whether the stages below were evaluated anew or kept. */
final class TreeReplayTest {
  private static final long NOW_MILLIS = 1_790_000_000_123L;

  @TempDir private Path data;

  private static List<List<Number>> plain(Ranked list) {
    List<List<Number>> plain = new ArrayList<>();
    for (int rank = 0; rank < list.size(); rank++) {
      plain.add(List.of(list.position(rank), list.score(rank)));
    }
    return plain;
  }

  @Test
  void aVariantGivesWhatANewEvaluationGives() throws IOException {
    Random random = new Random(Seeds.next());
    RandomTrees trees = new RandomTrees(random, 5);
    long kept = 0;
    long anew = 0;
    try (RankedCollection collection = new RankedCollection(data, random)) {
      for (int i = 0; i < 150; i++) {
        RankingNode root = trees.next();
        List<TreeParameter> parameters = TreeParameter.of(root);
        EncodedQueries vectors = new FakeTexts(random).encoded(root);
        Set<String> changing =
            parameters.stream().map(TreeParameter::stage).collect(Collectors.toSet());
        TreeReplay replay = new TreeReplay(collection.scope(), vectors, "", NOW_MILLIS, changing);
        StageTotals begun = new StageTotals();
        for (int variant = 0; variant < 4; variant++) {
          for (TreeParameter parameter : parameters) {
            double[] grid = parameter.grid();
            root = parameter.with(root, grid[random.nextInt(grid.length)]);
          }
          Ranked expected =
              new TreeEvaluator(collection.scope(), vectors, NOW_MILLIS, begun)
                  .evaluate(root, Cancellation.NEVER)
                  .list();
          assertThat(plain(replay.evaluate(root))).as("%s", root).isEqualTo(plain(expected));
        }
        kept += replay.stagesEvaluated();
        anew += begun.begun();
      }
    }
    System.out.println("stages evaluated: " + kept + " instead of " + anew);
    assertThat(kept).isLessThan(anew / 2);
  }
}
