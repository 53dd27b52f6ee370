package io.siskin.server.rank;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import io.siskin.server.rank.list.BestDocuments;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.stage.Interpolation;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.EarlyStop;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.DocumentPositions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An interpolation gives the list that scoring one document after another gives, and it scores the
 * same number of documents before it stops.
 */
final class InterpolationTest {
  @TempDir Path temporary;

  @Test
  void blocksScoreWhatSingleDocumentsScore() throws IOException {
    Random random = new Random(Seeds.next());
    try (RankedCollection collection = new RankedCollection(temporary, random)) {
      DenseFields.Field field = Objects.requireNonNull(collection.dense.find("first"));
      DocumentPositions positions = collection.scope().positions();
      int documents = positions.base(collection.scope().scope().size());
      for (int round = 0; round < 200; round++) {
        Ranked input = draw(documents, random);
        DenseFields.Scorer scorer = field.scorer(new DenseVector(FakeDenseFields.draw(random)));
        Interpolation.Weights weights =
            new Interpolation.Weights(random.nextInt(5) / 4.0, random.nextInt(5) - 2);
        int limit = 1 + random.nextInt(random.nextBoolean() ? 5 : 200);
        for (EarlyStop stop : EarlyStop.values()) {
          StageWork work =
              Interpolation.rescore(
                  limit,
                  weights,
                  stop,
                  input,
                  scorer,
                  positions,
                  StageBudget.of(Cancellation.NEVER));
          check(work, oneByOne(limit, weights, stop, input, scorer, positions));
        }
      }
    }
  }

  private static Ranked draw(int documents, Random random) {
    int[] all = IntStream.range(0, documents).toArray();
    for (int i = documents - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = all[i];
      all[i] = all[other];
      all[other] = swapped;
    }
    int size = random.nextInt(documents + 1);
    double[] scores = new double[size];
    double spread = Math.exp(2 * random.nextGaussian());
    for (int i = 0; i < size; i++) {
      scores[i] = spread * random.nextInt(40);
    }
    return Ranked.best(all, scores, size, Math.max(1, size));
  }

  /** The slow twin. */
  private static StageWork oneByOne(
      int limit,
      Interpolation.Weights weights,
      EarlyStop stop,
      Ranked input,
      DenseFields.Scorer scorer,
      DocumentPositions positions) {
    BestDocuments best = new BestDocuments(limit);
    double seenMax = Double.NEGATIVE_INFINITY;
    int rank = 0;
    for (; rank < input.size(); rank++) {
      double most =
          switch (stop) {
            case NONE -> Double.POSITIVE_INFINITY;
            case PROVEN -> Math.max(scorer.scoreMax(), weights.missingScore());
            case HEURISTIC -> seenMax;
          };
      boolean isHopeless =
          best.isFull() && sum(weights, input.score(rank), most) < best.worstScore();
      if (stop != EarlyStop.NONE && isHopeless) {
        break;
      }
      int number = positions.documentNumber(input.position(rank));
      int segment = positions.segment(number);
      int document = number - positions.base(segment);
      double dense =
          scorer.has(segment, document) ? scorer.score(segment, document) : weights.missingScore();
      seenMax = Math.max(seenMax, dense);
      best.offer(input.position(rank), sum(weights, input.score(rank), dense));
    }
    return new StageWork(best.toRanked(), rank, true);
  }

  private static double sum(Interpolation.Weights weights, double score, double dense) {
    return weights.alpha() * score + (1 - weights.alpha()) * dense;
  }

  private static void check(StageWork found, StageWork expected) {
    assertThat(found.documentsScored()).isEqualTo(expected.documentsScored());
    assertThat(found.isComplete()).isTrue();
    assertThat(found.list().positions()).isEqualTo(expected.list().positions());
    assertThat(found.list().scores()).isEqualTo(expected.list().scores());
  }
}
