package io.siskin.server.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.siskin.server.measure.RankingMetrics.Population;
import io.siskin.server.measure.TrecRun.Hit;
import io.siskin.server.testing.Seeded;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RankingMetricsTest {
  private static final double EXACT = 1e-12;
  private static final double LOG2_OF_3 = Math.log(3) / Math.log(2);

  @Test
  void ndcgWorkedByHand() {
    Map<String, Integer> grades = Map.of("a", 2, "b", 1, "c", 1, "junk", 0);
    // Gains 0, 2, 0, 1 at ranks 1 to 4; the best ranking has 2, 1, 1.
    double gain = 2 / LOG2_OF_3 + 1 / (Math.log(5) / Math.log(2));
    double ideal = 2 + 1 / LOG2_OF_3 + 1.0 / 2;
    assertThat(RankingMetrics.ndcg(List.of("x", "a", "junk", "b"), grades, 10))
        .isEqualTo(gain / ideal, within(EXACT));
    // At 2 the best ranking is cut as well.
    assertThat(RankingMetrics.ndcg(List.of("x", "a", "junk", "b"), grades, 2))
        .isEqualTo(2 / LOG2_OF_3 / (2 + 1 / LOG2_OF_3), within(EXACT));
    assertThat(RankingMetrics.ndcg(List.of("a", "c", "b"), grades, 10)).isEqualTo(1, within(EXACT));
  }

  @Test
  void gradeTwoIsWorthTwiceGradeOne() {
    Map<String, Integer> grades = Map.of("a", 2, "b", 1);
    double two = RankingMetrics.ndcg(List.of("a"), grades, 10);
    double one = RankingMetrics.ndcg(List.of("b"), grades, 10);
    assertThat(two).isEqualTo(2 * one, within(EXACT));
  }

  @Test
  void gradesOfZeroAndBelowAreNoGain() {
    Map<String, Integer> grades = Map.of("a", 1, "b", 0, "c", -1);
    assertThat(RankingMetrics.ndcg(List.of("c", "b"), grades, 10)).isZero();
    assertThat(RankingMetrics.ndcg(List.of("a"), grades, 10)).isEqualTo(1);
    assertThat(RankingMetrics.recall(List.of("a"), grades, 10)).isEqualTo(1);
    assertThat(RankingMetrics.reciprocalRank(List.of("c", "b", "a"), grades, 10))
        .isEqualTo(1.0 / 3);
    for (Metric metric : List.of(Metric.ndcg(5), Metric.reciprocalRank(5), Metric.recall(5))) {
      assertThat(RankingMetrics.measure(metric, List.of("b", "c"), Map.of("b", 0, "c", -1)))
          .isZero();
    }
  }

  @Test
  void cutoffIsTheLastRankThatCounts() {
    Map<String, Integer> grades = Map.of("a", 1, "b", 1);
    List<String> ranking = List.of("x", "y", "a", "b");
    assertThat(RankingMetrics.reciprocalRank(ranking, grades, 2)).isZero();
    assertThat(RankingMetrics.reciprocalRank(ranking, grades, 3)).isEqualTo(1.0 / 3);
    assertThat(RankingMetrics.recall(ranking, grades, 2)).isZero();
    assertThat(RankingMetrics.recall(ranking, grades, 3)).isEqualTo(0.5);
    assertThat(RankingMetrics.recall(ranking, grades, 1000)).isEqualTo(1);
  }

  @Test
  void meansAreOverTheJudgedQueriesAndTheOthersAreCounted() {
    Map<String, Map<String, Integer>> qrels = new LinkedHashMap<>();
    qrels.put("found", Map.of("a", 1));
    qrels.put("missed", Map.of("a", 1));
    qrels.put("empty", Map.of("a", 1));
    qrels.put("noneRelevant", Map.of("a", 0));
    qrels.put("unjudgedInQrels", Map.of());
    TrecRun run =
        TrecRun.of(
            Map.of(
                "found", List.of(new Hit("a", 1)),
                "empty", List.of(),
                "noneRelevant", List.of(new Hit("a", 1)),
                "unjudgedInQrels", List.of(new Hit("a", 1)),
                "unjudged", List.of(new Hit("a", 1))));

    RankingMetrics.Report report =
        RankingMetrics.evaluate(
            run, qrels, List.of(Metric.recall(10), Metric.ndcg(10)), Population.JUDGED);

    assertThat(report.judgedQueries()).isEqualTo(4);
    assertThat(report.notAskedQueries()).isEqualTo(1);
    assertThat(report.unansweredQueries()).isEqualTo(2);
    assertThat(report.unjudgedQueries()).isEqualTo(2);
    assertThat(report.means())
        .containsExactly(Map.entry(Metric.recall(10), 0.25), Map.entry(Metric.ndcg(10), 0.25));
  }

  @Test
  void meansMayBeOverTheQueriesThatWereAsked() {
    Map<String, Map<String, Integer>> qrels =
        Map.of("found", Map.of("a", 1), "empty", Map.of("a", 1), "notAsked", Map.of("a", 1));
    TrecRun run = TrecRun.of(Map.of("found", List.of(new Hit("a", 1)), "empty", List.of()));
    RankingMetrics.Report report =
        RankingMetrics.evaluate(run, qrels, List.of(Metric.recall(10)), Population.ASKED);
    assertThat(report.means()).containsExactly(Map.entry(Metric.recall(10), 0.5));
    assertThat(report.judgedQueries()).isEqualTo(3);
    assertThat(report.notAskedQueries()).isEqualTo(1);
    assertThat(report.unansweredQueries()).isEqualTo(1);
  }

  @Test
  void nothingJudgedIsZeroAndNotNaN() {
    RankingMetrics.Report report =
        RankingMetrics.evaluate(
            TrecRun.of(Map.of()), Map.of(), List.of(Metric.ndcg(10)), Population.ASKED);
    assertThat(report.means()).containsExactly(Map.entry(Metric.ndcg(10), 0.0));
  }

  @Test
  void labelsAreTheFieldsSpelling() {
    assertThat(List.of(Metric.ndcg(10), Metric.reciprocalRank(10), Metric.recall(1000)))
        .extracting(Metric::label)
        .containsExactly("nDCG@10", "MRR@10", "Recall@1000");
  }

  @Test
  void randomRankingsAgreeWithASlowTwin() {
    Seeded.run(
        random -> {
          for (int round = 0; round < 2_000; round++) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
              ids.add("d" + i);
            }
            Map<String, Integer> grades = randomGrades(random, ids);
            Collections.shuffle(ids, random);
            List<String> ranking = ids.subList(0, random.nextInt(ids.size() + 1));
            int k = 1 + random.nextInt(14);

            assertThat(RankingMetrics.ndcg(ranking, grades, k))
                .isEqualTo(slowNdcg(ranking, grades, k), within(EXACT));
            assertThat(RankingMetrics.reciprocalRank(ranking, grades, k))
                .isEqualTo(slowReciprocalRank(ranking, grades, k), within(EXACT));
            assertThat(RankingMetrics.recall(ranking, grades, k))
                .isEqualTo(slowRecall(ranking, grades, k), within(EXACT));
          }
        });
  }

  private static Map<String, Integer> randomGrades(Random random, List<String> ids) {
    Map<String, Integer> grades = new HashMap<>();
    for (String id : ids) {
      if (random.nextBoolean()) {
        grades.put(id, random.nextInt(5) - 1);
      }
    }
    return grades;
  }

  /** The best gain is found by trying: at each rank, of all judged documents left, the best one. */
  private static double slowNdcg(List<String> ranking, Map<String, Integer> grades, int k) {
    Map<String, Integer> left = new HashMap<>(grades);
    double ideal = 0;
    double gain = 0;
    for (int rank = 1; rank <= k; rank++) {
      double discount = Math.log(rank + 1) / Math.log(2);
      String best = null;
      for (String id : left.keySet()) {
        best = best == null || left.get(id) > left.get(best) ? id : best;
      }
      if (best != null && left.get(best) > 0) {
        ideal += left.remove(best) / discount;
      }
      if (rank <= ranking.size() && grades.containsKey(ranking.get(rank - 1))) {
        int grade = grades.get(ranking.get(rank - 1));
        gain += grade > 0 ? grade / discount : 0;
      }
    }
    return ideal > 0 ? gain / ideal : 0;
  }

  private static double slowReciprocalRank(
      List<String> ranking, Map<String, Integer> grades, int k) {
    return ranking.stream()
        .limit(k)
        .filter(id -> grades.containsKey(id) && grades.get(id) > 0)
        .findFirst()
        .map(id -> 1.0 / (ranking.indexOf(id) + 1))
        .orElse(0.0);
  }

  private static double slowRecall(List<String> ranking, Map<String, Integer> grades, int k) {
    List<String> relevant = grades.keySet().stream().filter(id -> grades.get(id) > 0).toList();
    long found = relevant.stream().filter(ranking.stream().limit(k).toList()::contains).count();
    return relevant.isEmpty() ? 0 : (double) found / relevant.size();
  }
}
