package io.siskin.server.rpc.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import io.siskin.server.rank.RandomTrees;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.search.SearchMode;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Trees keep everything on their way through messages and files. */
final class RankingMapperTest {
  @Test
  void aTreeIsTheSameAfterItsWayThroughMessagesAndFiles() {
    RandomTrees trees = new RandomTrees(new Random(Seeds.next()), 5);
    for (int i = 0; i < 300; i++) {
      RankingNode tree = trees.next();
      io.siskin.proto.v1.RankingNode message = RankingMapper.toProto(tree);
      RankingNode back = RankingMapper.toDomain(message, SearchMode.Exact::new);
      assertThat(back).isEqualTo(tree);
      io.siskin.proto.v1.RankingNode stored =
          RankingMapper.stored("one", new TreeMap<>(Map.of("one", RankingMapper.toStored(tree))));
      assertThat(stored).isEqualTo(message);
    }
  }

  @Test
  void anUnknownPipelineIsRefusedWithSimilarNames() {
    TreeMap<String, String> pipelines = new TreeMap<>(Map.of("hybrid", "", "other", ""));
    assertThatThrownBy(() -> RankingMapper.stored("hibrid", pipelines))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("pipeline is 'hibrid'")
        .hasMessageContaining("similar: hybrid");
  }
}
