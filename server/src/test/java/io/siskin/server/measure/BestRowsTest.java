package io.siskin.server.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.testing.Seeded;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BestRowsTest {
  private record Scored(int row, double score) {}

  private static final Comparator<Scored> BEST_FIRST =
      Comparator.comparingDouble((Scored one) -> -one.score()).thenComparingInt(Scored::row);

  @Test
  void keepsTheBestInAnyOrderOfArrival() {
    Seeded.run(
        random -> {
          for (int round = 0; round < 2_000; round++) {
            List<Scored> all = new ArrayList<>();
            for (int row = random.nextInt(40); row > 0; row--) {
              all.add(new Scored(row, 1 + random.nextInt(6))); // few scores, so that many tie
            }
            Collections.shuffle(all, random);
            int capacity = random.nextInt(12);
            BestRows left = new BestRows(capacity);
            BestRows right = new BestRows(capacity);
            for (Scored one : all) {
              (random.nextBoolean() ? left : right).add(one.row(), one.score());
            }
            left.addAll(right);
            left.sort();

            List<Scored> expected = all.stream().sorted(BEST_FIRST).limit(capacity).toList();
            assertThat(left.rows())
                .containsExactly(expected.stream().mapToInt(Scored::row).toArray());
            assertThat(left.scores())
                .containsExactly(expected.stream().mapToDouble(Scored::score).toArray());
          }
        });
  }

  @Test
  void thresholdIsTheWorstScoreOnceFull() {
    BestRows best = new BestRows(2);
    assertThat(best.threshold()).isZero();
    best.add(1, 5);
    assertThat(best.threshold()).isZero();
    best.add(2, 3);
    assertThat(best.threshold()).isEqualTo(3);
    best.add(3, 4);
    assertThat(best.threshold()).isEqualTo(4);
    assertThat(new BestRows(0).threshold()).isInfinite();
  }
}
