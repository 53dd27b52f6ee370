package io.siskin.server.rank.list;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lists are sorted, and the best of a scan are found, as a comparison of boxed documents does. */
final class RankedTest {
  private static final Comparator<Document> ORDER =
      Comparator.comparingDouble((Document document) -> -(document.score + 0.0))
          .thenComparingInt(Document::position);

  /** A document of a list. */
  private record Document(int position, double score) {}

  /** How scores differ. */
  enum Scores {
    ANY,
    FEW_DIFFERENT,
    IN_THE_LAST_BITS,
    OF_BOTH_SIGNS_AND_ZERO,
    ALL_THE_SAME;

    double draw(Random random) {
      return switch (this) {
        case ANY -> random.nextGaussian() * Math.exp(20 * random.nextGaussian());
        case FEW_DIFFERENT -> random.nextInt(7) - 3;
        case IN_THE_LAST_BITS -> 1.5 + random.nextInt(60) * Math.ulp(1.5);
        case OF_BOTH_SIGNS_AND_ZERO ->
            switch (random.nextInt(6)) {
              case 0 -> 0.0;
              case 1 -> -0.0;
              case 2 -> Double.NEGATIVE_INFINITY;
              case 3 -> -Double.MIN_VALUE;
              default -> random.nextGaussian();
            };
        case ALL_THE_SAME -> 4;
      };
    }
  }

  private static List<Document> draw(Scores scores, int count, Random random) {
    List<Integer> positions = new ArrayList<>(IntStream.range(0, count).boxed().toList());
    Collections.shuffle(positions, random);
    List<Document> documents = new ArrayList<>();
    for (int position : positions) {
      documents.add(new Document(position, scores.draw(random)));
    }
    return documents;
  }

  private static void check(Ranked list, List<Document> documents, int limit) {
    List<Document> expected = documents.stream().sorted(ORDER).limit(limit).toList();
    List<Document> found = new ArrayList<>();
    for (int rank = 0; rank < list.size(); rank++) {
      found.add(new Document(list.position(rank), list.score(rank)));
    }
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(Scores.class)
  void listsAreSorted(Scores scores) {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 60; round++) {
      int count = round < 20 ? round : random.nextInt(2_000);
      int limit = 1 + random.nextInt(count + 5);
      List<Document> documents = draw(scores, count, random);
      int[] positions = documents.stream().mapToInt(Document::position).toArray();
      double[] values = documents.stream().mapToDouble(Document::score).toArray();
      Ranked list = Ranked.best(positions, values, count, limit);
      check(list, documents, limit);
      // It is sorted now, and stays as it is.
      check(Ranked.best(list.positions(), list.scores(), list.size(), limit), documents, limit);
    }
  }

  /** Only the beginning of arrays is sorted. */
  @Test
  void whatIsBeyondTheCountStays() {
    int[] positions = {3, 2, 1, 0};
    double[] scores = {1, 2, 3, 4};
    Ranked.sort(positions, scores, 3);
    assertThat(positions).containsExactly(1, 2, 3, 0);
    assertThat(scores).containsExactly(3, 2, 1, 4);
  }

  @ParameterizedTest
  @EnumSource(Scores.class)
  void theBestOfAScanAreFound(Scores scores) {
    Random random = new Random(Seeds.next());
    for (int limit : new int[] {1, 2, 10, 63, 100, 700}) {
      int count = random.nextInt(20_000);
      List<Document> documents = draw(scores, count, random);
      BestOfScan best = new BestOfScan(limit);
      for (Document document : documents) {
        if (document.score >= best.threshold()) {
          best.offer(document.position, document.score);
        }
      }
      check(best.toRanked(), documents, limit);
    }
  }
}
