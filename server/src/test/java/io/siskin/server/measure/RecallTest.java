package io.siskin.server.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.testing.Seeded;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RecallTest {
  /** Rows 0 to 5 of one query; rows 3 and 4 tie with the third, row 5 almost. */
  private static final double[] SCORES = {9, 8, 7, 7, 7 * (1 - 5e-7), 7 * (1 - 2e-6)};

  private static final GroundTruth TRUTH =
      GroundTruth.of(3, new int[][] {{0, 1, 2}}, new double[][] {{9, 8, 7}});

  @Test
  void foundShareOfTheExactAnswers() {
    assertThat(recall(0, 1, 2)).isEqualTo(1);
    assertThat(recall(2, 1, 0)).isEqualTo(1);
    assertThat(recall(0, 5)).isEqualTo(1.0 / 3);
    assertThat(recall()).isZero();
  }

  @Test
  void tiesWithTheLastAnswerAreHits() {
    assertThat(recall(0, 1, 3)).isEqualTo(1);
    assertThat(recall(0, 1, 4)).isEqualTo(1);
    assertThat(recall(0, 1, 5)).isEqualTo(2.0 / 3);
    // A tie takes the place of the last answer, and not that of a better one.
    assertThat(recall(2, 3, 4)).isEqualTo(1);
  }

  @Test
  void onlyTheFirstKCountAndEachRowOnce() {
    assertThat(recall(5, 0, 5, 1, 2)).isEqualTo(1.0 / 3);
    assertThat(recall(0, 0, 0)).isEqualTo(1.0 / 3);
  }

  @Test
  void fewerMatchesThanKAreAllThatCanBeFound() {
    GroundTruth truth = GroundTruth.of(3, new int[][] {{4}, {}}, new double[][] {{2.5}, {}});
    Recall.ExactScore none = (_, _) -> 0;
    assertThat(Recall.ofQuery(truth, 0, new int[] {4}, none)).isEqualTo(1);
    assertThat(Recall.ofQuery(truth, 0, new int[] {1, 2, 3}, none)).isZero();
    assertThat(Recall.ofQuery(truth, 1, new int[0], none)).isEqualTo(1);
    assertThat(Recall.mean(truth, new int[][] {{1}, {}}, none)).isEqualTo(0.5);
  }

  @Test
  void queriesMustMatch() {
    assertThatThrownBy(() -> Recall.mean(TRUTH, new int[2][0], (_, _) -> 0))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void truthOutOfOrderIsRefused() {
    List<Runnable> wrong =
        List.of(
            () -> GroundTruth.of(2, new int[][] {{0, 1}}, new double[][] {{1, 2}}),
            () -> GroundTruth.of(2, new int[][] {{0, 0}}, new double[][] {{1, 1}}),
            () -> GroundTruth.of(2, new int[][] {{0}}, new double[][] {{0}}),
            () -> GroundTruth.of(2, new int[][] {{0}}, new double[][] {{Double.NaN}}),
            () -> GroundTruth.of(1, new int[][] {{0, 1}}, new double[][] {{2, 1}}),
            () -> GroundTruth.of(1, new int[][] {{0}}, new double[][] {{2, 1}}),
            () -> GroundTruth.of(1, new int[][] {{0}}, new double[][] {}));
    for (Runnable one : wrong) {
      assertThatThrownBy(one::run).isInstanceOf(InvalidInputException.class);
    }
  }

  @Test
  void agreesWithThePeersHarness() {
    Seeded.run(
        random -> {
          for (int round = 0; round < 3_000; round++) {
            double[] scores = new double[15];
            Arrays.setAll(scores, _ -> 1 + random.nextInt(5) + random.nextInt(4) * 4e-7);
            int k = 1 + random.nextInt(scores.length);
            int[] best =
                IntStream.range(0, scores.length)
                    .boxed()
                    .sorted(
                        Comparator.<Integer>comparingDouble(row -> -scores[row])
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(k)
                    .mapToInt(Integer::intValue)
                    .toArray();
            int[] found =
                IntStream.generate(() -> random.nextInt(scores.length))
                    .distinct()
                    .limit(random.nextInt(scores.length + 1))
                    .toArray();
            GroundTruth truth =
                GroundTruth.of(
                    k,
                    new int[][] {best},
                    new double[][] {Arrays.stream(best).mapToDouble(row -> scores[row]).toArray()});

            assertThat(Recall.ofQuery(truth, 0, found, (_, row) -> scores[row]))
                .isEqualTo(peersRecall(best, scores, k, found), within(1e-12));
          }
        });
  }

  /** The same rule, line by line as the harness of the peer engines has it. */
  private static double peersRecall(int[] best, double[] scores, int k, int[] found) {
    Set<Integer> exact = new HashSet<>();
    Arrays.stream(best).forEach(exact::add);
    Set<Integer> documents = new HashSet<>();
    Arrays.stream(found).limit(k).forEach(documents::add);
    Set<Integer> both = new HashSet<>(documents);
    both.retainAll(exact);
    int hit = both.size();
    if (hit < k) {
      double floor = scores[best[k - 1]] * (1 - 1e-6);
      Set<Integer> others = new HashSet<>(documents);
      others.removeAll(exact);
      hit = Math.min(k, hit + (int) others.stream().filter(row -> scores[row] >= floor).count());
    }
    return (double) hit / k;
  }

  private static double recall(int... found) {
    return Recall.mean(TRUTH, new int[][] {found}, (_, row) -> SCORES[row]);
  }
}
