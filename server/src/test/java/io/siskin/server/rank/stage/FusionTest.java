package io.siskin.server.rank.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.rank.TreeEvaluatorTest;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.tree.FusionMethod;
import io.siskin.server.rank.tree.FusionMethod.Normalization;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fusions that can be followed by hand; {@link TreeEvaluatorTest} has random ones. */
final class FusionTest {
  private static Ranked list(int[] positions, double... scores) {
    return Ranked.best(positions, scores, positions.length, positions.length);
  }

  @Test
  void theFirstRankIsOneAndTheConstantSixty() {
    Ranked fused =
        Fusion.fuse(
            List.of(list(new int[] {7, 3}, 9, 8), list(new int[] {3}, 1)),
            new double[] {1, 2},
            new FusionMethod.ReciprocalRank(FusionMethod.ReciprocalRank.CONSTANT_DEFAULT),
            10);
    assertThat(fused.size()).isEqualTo(2);
    assertThat(fused.position(0)).isEqualTo(3);
    assertThat(fused.score(0)).isEqualTo(1.0 / 62 + 2.0 / 61);
    assertThat(fused.position(1)).isEqualTo(7);
    assertThat(fused.score(1)).isEqualTo(1.0 / 61);
  }

  @Test
  void aLoneHitIsNotTheWorst() {
    for (Normalization normalization : Normalization.values()) {
      double[] scores = {5};
      Fusion.normalize(scores, normalization);
      assertThat(scores[0])
          .isEqualTo(
              switch (normalization) {
                case NONE -> 5;
                case MIN_MAX -> 1;
                case Z_SCORE -> 0;
                case DISTRIBUTION -> 0.5;
              });
    }
  }

  @Test
  void aDocumentOfOneListKeepsItsPlaceAndTheOtherPartIsTheNamedOne() {
    Ranked fused =
        Fusion.fuse(
            List.of(list(new int[] {1, 2, 3}, 4, 3, 2), list(new int[] {9}, 7)),
            new double[] {0.5, 0.5},
            new FusionMethod.Linear(Normalization.MIN_MAX, -1),
            3);
    assertThat(fused.size()).isEqualTo(3);
    assertThat(fused.position(0)).isEqualTo(1);
    assertThat(fused.score(0)).isEqualTo(0.5 * 1 + 0.5 * -1);
    assertThat(fused.position(1)).isEqualTo(9);
    assertThat(fused.score(1)).isEqualTo(0.5 * -1 + 0.5 * 1);
    assertThat(fused.score(2)).isEqualTo(0.5 * 0.5 + 0.5 * -1);
  }

  @Test
  void equalScoresStandInTheOrderOfIndexing() {
    Ranked fused =
        Fusion.fuse(
            List.of(list(new int[] {5, 4, 6}, 1, 1, 1)),
            new double[] {1},
            new FusionMethod.Linear(Normalization.NONE, 0),
            10);
    assertThat(fused.positions()).containsExactly(4, 5, 6);
  }
}
