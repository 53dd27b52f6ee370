package io.siskin.server.search;

import static io.siskin.server.search.Evaluations.acceptedSets;
import static io.siskin.server.search.Evaluations.drain;
import static io.siskin.server.search.Evaluations.oracle;
import static io.siskin.server.search.Evaluations.resolve;
import static io.siskin.server.search.Evaluations.search;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.Weighting;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClusteredEvaluatorTest {
  private static final float NO_PRUNING = Float.MIN_VALUE;
  private static final ClusterOptions ALL_POSTINGS =
      new ClusterOptions(ClusterOptions.UNLIMITED, 1, 1, 5, 0.2, 15, 2, 0.4, 0, 1);

  @TempDir Path directory;

  /**
   * With all postings, all lists and no block skipped, the answer is the oracle's, ties included.
   */
  @RepeatedTest(6)
  void withoutPruningTheResultIsTheOracles() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(RandomCollection.Shape.random(random), random);
    withSegment(
        collection,
        ALL_POSTINGS,
        segment -> {
          List<@Nullable DocumentSet> sets = acceptedSets(collection.documents().size(), random);
          for (boolean firstSorted : new boolean[] {true, false}) {
            ClusteredEvaluator evaluator = new ClusteredEvaluator(segment);
            evaluator.use(
                new SearchMode.Clustered(
                    SearchMode.Clustered.QUERY_CUT_MAX, NO_PRUNING, firstSorted));
            for (int k : new int[] {1, 3, 10, 100, 10_000}) {
              for (SparseVector query : collection.queries()) {
                DocumentSet accepted = sets.get(random.nextInt(sets.size()));
                assertThat(search(evaluator, segment, query, accepted, k))
                    .isEqualTo(oracle(segment, query, accepted, k));
              }
            }
          }
        });
  }

  /**
   * Whatever is pruned, what is returned has the oracle's score and stands in the oracle's order.
   */
  @RepeatedTest(6)
  void scoresAreExactWhateverIsPruned() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(RandomCollection.Shape.random(random), random);
    ClusterOptions options =
        new ClusterOptions(
            random.nextDouble() * 20 + 0.1, 0.5, 1 + random.nextInt(8), 4, 0.2, 15, 2, 0.4, 5, 2);
    withSegment(
        collection,
        options,
        segment -> {
          ClusteredEvaluator evaluator = new ClusteredEvaluator(segment);
          for (SparseVector query : collection.queries()) {
            SearchMode.Clustered mode =
                new SearchMode.Clustered(
                    1 + random.nextInt(30),
                    random.nextBoolean() ? 1 : random.nextFloat() * 0.9f + 0.1f,
                    random.nextBoolean());
            evaluator.use(mode);
            int k = 1 + random.nextInt(30);
            Map<Integer, Float> scores = new HashMap<>();
            for (Hit hit : oracle(segment, query, 10_000)) {
              scores.put(hit.document(), hit.score());
            }
            List<Hit> found = search(evaluator, segment, query, k);
            Hit last = null;
            for (Hit hit : found) {
              assertThat(hit.score())
                  .as("%s of %s", hit, mode)
                  .isEqualTo(scores.get(hit.document()));
              if (last != null) {
                assertThat(
                        last.score() > hit.score()
                            || (last.score() == hit.score() && last.document() < hit.document()))
                    .isTrue();
              }
              last = hit;
            }
          }
        });
  }

  /**
   * The floor is low because chance is unkind: queries of up to 80 terms whose weights have nothing
   * to do with the documents', where a real query has most of its weight on few terms.
   */
  @ParameterizedTest
  @CsvSource({"10, 0.7", "100, 0.45"})
  void recallWithDefaultsOnClusteredCollections(int k, double floor) throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(8_000, 4_000, 40, 40, 1 << 20, false), random);
    withSegment(
        collection,
        ClusterOptions.DEFAULTS,
        segment -> {
          ClusteredEvaluator evaluator = new ClusteredEvaluator(segment);
          int wanted = 0;
          int met = 0;
          for (SparseVector query : collection.queries()) {
            List<Hit> oracle = oracle(segment, query, k);
            List<Hit> found = search(evaluator, segment, query, k);
            wanted += oracle.size();
            met += (int) found.stream().filter(oracle::contains).count();
          }
          assertThat((double) met / wanted).isGreaterThan(floor);
        });
  }

  @Test
  void pruningSkipsBlocksAndMorePruningSkipsMore() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(6_000, 2_000, 40, 30, 1 << 20, false), random);
    withSegment(
        collection,
        ALL_POSTINGS,
        segment -> {
          long previous = Long.MAX_VALUE;
          for (float heapFactor : new float[] {NO_PRUNING, 0.7f, 1f}) {
            ClusteredEvaluator evaluator = new ClusteredEvaluator(segment);
            evaluator.use(new SearchMode.Clustered(10, heapFactor, true));
            SearchCounters counters = new SearchCounters();
            for (SparseVector query : collection.queries()) {
              TopK top = new TopK(10);
              evaluator.evaluate(
                  resolve(segment, query), null, 0, top, Cancellation.NEVER, counters);
            }
            assertThat(counters.blocksBounded)
                .isEqualTo(counters.blocksSkipped + counters.blocksScored);
            assertThat(counters.postingsScored).isGreaterThan(counters.documentsScored);
            assertThat(counters.documentsScored).isLessThan(previous);
            previous = counters.documentsScored;
          }
        });
  }

  @Test
  void queriesWithFewOrNoKnownTerms() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(300, 20, 8, 2, 4, true), random);
    withSegment(
        collection,
        ALL_POSTINGS,
        segment -> {
          ClusteredEvaluator evaluator = new ClusteredEvaluator(segment);
          evaluator.use(new SearchMode.Clustered(4096, NO_PRUNING, true));
          SparseVector unknown = TokenVector.of(Map.of("nobody-has-this", 1f));
          assertThat(search(evaluator, segment, unknown, 10)).isEmpty();
          assertThat(search(evaluator, segment, TokenVector.EMPTY, 10)).isEmpty();
          SparseVector one = TokenVector.of(Map.of("t0", 2f, "nobody-has-this", 9f));
          assertThat(search(evaluator, segment, one, 5)).isEqualTo(oracle(segment, one, 5));
        });
  }

  /** A heap that other segments have filled prunes this one, and numbers are moved by the base. */
  @Test
  void continuesOtherSegmentsHeaps() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(500, 60, 12, 3, 1 << 20, false), random);
    withSegment(
        collection,
        ALL_POSTINGS,
        segment -> {
          ClusteredEvaluator evaluator = new ClusteredEvaluator(segment);
          evaluator.use(new SearchMode.Clustered(4096, NO_PRUNING, true));
          for (SparseVector query : collection.queries()) {
            TopK top = new TopK(8);
            TopK expected = new TopK(8);
            SearchCounters counters = new SearchCounters();
            SegmentQuery resolved = resolve(segment, query);
            new ExhaustiveEvaluator(segment)
                .evaluate(resolved, null, 0, expected, Cancellation.NEVER, counters);
            new ExhaustiveEvaluator(segment)
                .evaluate(resolved, null, 1000, expected, Cancellation.NEVER, counters);
            evaluator.evaluate(resolved, null, 0, top, Cancellation.NEVER, counters);
            evaluator.evaluate(resolved, null, 1000, top, Cancellation.NEVER, counters);
            assertThat(drain(top)).isEqualTo(drain(expected));
          }
        });
  }

  /** An interrupted query leaves nothing behind for the next one. */
  @Test
  void interruptionLeavesTheEvaluatorClean() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(1000, 40, 12, 3, 1 << 20, true), random);
    withSegment(
        collection,
        ALL_POSTINGS,
        segment -> {
          ClusteredEvaluator evaluator = new ClusteredEvaluator(segment);
          evaluator.use(new SearchMode.Clustered(4096, NO_PRUNING, true));
          int interrupted = 0;
          for (SparseVector query : collection.queries()) {
            int[] left = {random.nextInt(6)};
            Cancellation cancellation = Cancellation.whenCancelled(() -> left[0]-- == 0);
            try {
              TopK top = new TopK(10);
              evaluator.evaluate(
                  resolve(segment, query), null, 0, top, cancellation, new SearchCounters());
            } catch (QueryCancelledException expected) {
              interrupted++;
            }
            assertThat(search(evaluator, segment, query, 10)).isEqualTo(oracle(segment, query, 10));
          }
          assertThat(interrupted).isPositive();
        });
  }

  @Test
  void aSegmentWithoutClustersIsRefused() throws IOException {
    RandomCollection collection = new RandomCollection(List.of(), List.of());
    collection.build(directory, options(null));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      assertThatThrownBy(() -> new ClusteredEvaluator(segment))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("clustered posting lists");
    } finally {
      segment.release();
    }
  }

  private void withSegment(
      RandomCollection collection, ClusterOptions options, Consumer<Segment> body)
      throws IOException {
    collection.build(directory, options(options));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      body.accept(segment);
    } finally {
      segment.release();
    }
  }

  private static BuildOptions options(ClusterOptions clusters) {
    return new BuildOptions(
        new Weighting.AsGiven(),
        new Quantization.PerDocument(),
        new Reordering.None(),
        new BuildOptions.Structures(true, false, null, null, clusters, false),
        2);
  }
}
