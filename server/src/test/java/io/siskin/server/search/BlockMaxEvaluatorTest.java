package io.siskin.server.search;

import static io.siskin.server.search.Evaluations.acceptedSets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.Weighting;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.RandomCollection.Shape;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Block-max evaluation against the exhaustive oracle: the same documents, the same scores, bit by
 * bit.
 */
final class BlockMaxEvaluatorTest {
  private static final int DOCUMENT_BASE = 1_000_000;

  @TempDir Path directory;

  @RepeatedTest(12)
  void smallCollections() throws IOException {
    Random random = new Random(Seeds.next());
    check(RandomCollection.draw(Shape.random(random), random), randomOptions(random), random);
  }

  /**
   * Enough documents for several waves and batches, sparse lists that are searched, and long dense
   * ones.
   */
  @RepeatedTest(3)
  void severalWaves() throws IOException {
    Random random = new Random(Seeds.next());
    int distinctWeights = random.nextBoolean() ? 3 : 1 << 20;
    Shape shape = new Shape(20_000 + random.nextInt(30_000), 2000, 8, 40, distinctWeights, false);
    BlockMaxOptions options = new BlockMaxOptions(4, random.nextBoolean() ? 4 : 8);
    check(RandomCollection.draw(shape, random), options, random);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 255, 256, 257, 511, 512, 513, 4096, 4097})
  void borders(int documents) throws IOException {
    Random random = new Random(Seeds.next());
    Shape shape = new Shape(documents, 30, 6, 2, 2, true);
    check(RandomCollection.draw(shape, random), BlockMaxOptions.DEFAULTS, random);
  }

  private static BlockMaxOptions randomOptions(Random random) {
    return new BlockMaxOptions(4 << random.nextInt(3), random.nextBoolean() ? 4 : 8);
  }

  private Segment open(RandomCollection collection, BlockMaxOptions options) throws IOException {
    collection.build(
        directory,
        new BuildOptions(
            new Weighting.AsGiven(),
            new Quantization.Auto(),
            new Reordering.None(),
            new BuildOptions.Structures(true, false, options, null, null, false),
            2));
    return Segment.open(directory, Verification.FULL);
  }

  private static BlockMaxEvaluator evaluator(Segment segment) {
    return new BlockMaxEvaluator(segment.blockMax(), KernelProvider.current().blockMaxKernels());
  }

  private void check(RandomCollection collection, BlockMaxOptions options, Random random)
      throws IOException {
    Segment segment = open(collection, options);
    try {
      ExhaustiveEvaluator oracle = new ExhaustiveEvaluator(segment);
      BlockMaxEvaluator evaluator = evaluator(segment);
      int documents = collection.documents().size();
      List<@Nullable DocumentSet> sets = acceptedSets(documents, random);
      for (SparseVector vector : collection.queries()) {
        SegmentQuery query = SegmentQuery.resolve(QuantizedQuery.of(vector), segment.terms());
        DocumentSet accepted = null;
        for (int k : new int[] {1, 10, 63, 64, 300, documents + 5}) {
          // Often the same set again: the evaluator keeps what it made of one.
          accepted = random.nextBoolean() ? accepted : sets.get(random.nextInt(sets.size()));
          TopK expected = new TopK(k);
          TopK actual = new TopK(k);
          if (random.nextInt(3) == 0) {
            fillBefore(expected, actual, random);
          }
          SearchCounters counters = new SearchCounters();
          oracle.evaluate(
              query, accepted, DOCUMENT_BASE, expected, Cancellation.NEVER, new SearchCounters());
          evaluator.evaluate(query, accepted, DOCUMENT_BASE, actual, Cancellation.NEVER, counters);
          assertSame(actual, expected);
          checkCounters(counters, query, evaluator);
        }
      }
    } finally {
      segment.release();
    }
  }

  /**
   * Puts other segments' documents into both heaps: some below and some above this segment's
   * numbers.
   */
  private static void fillBefore(TopK expected, TopK actual, Random random) {
    for (int i = 0; i < random.nextInt(40); i++) {
      float score =
          random.nextInt(4) == 0 ? 1 + random.nextInt(20) : random.nextFloat() * 50 + 0.01f;
      int document = random.nextBoolean() ? i : 2 * DOCUMENT_BASE + i;
      expected.offer(score, document);
      actual.offer(score, document);
    }
  }

  private static void assertSame(TopK actual, TopK expected) {
    int[] expectedDocuments = new int[expected.size()];
    float[] expectedScores = new float[expected.size()];
    int[] actualDocuments = new int[Math.max(actual.size(), expected.size())];
    float[] actualScores = new float[actualDocuments.length];
    int size = expected.drain(expectedDocuments, expectedScores);
    assertThat(actual.drain(actualDocuments, actualScores)).isEqualTo(size);
    assertThat(actualDocuments).isEqualTo(expectedDocuments);
    assertThat(actualScores).isEqualTo(expectedScores);
  }

  private static void checkCounters(
      SearchCounters counters, SegmentQuery query, BlockMaxEvaluator evaluator) {
    assertThat(counters.listsVisited).isEqualTo(query.termCount());
    assertThat(counters.postingsScored).isBetween(0L, evaluator.estimatedPostings(query));
    assertThat(counters.blocksSkipped).isBetween(0L, counters.blocksBounded);
    assertThat(counters.blocksScored)
        .isBetween(0L, counters.blocksBounded - counters.blocksSkipped);
  }

  @Test
  void boundsSkipMostOfACollectionWithFewGoodDocuments() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection drawn =
        RandomCollection.draw(new Shape(20_000, 200, 10, 200, 1 << 20, false), random);
    RandomCollection collection = new RandomCollection(sorted(drawn.documents()), drawn.queries());
    Segment segment = open(collection, BlockMaxOptions.DEFAULTS);
    try {
      BlockMaxEvaluator evaluator = evaluator(segment);
      long scored = 0;
      long all = 0;
      for (SparseVector vector : collection.queries()) {
        SegmentQuery query = SegmentQuery.resolve(QuantizedQuery.of(vector), segment.terms());
        SearchCounters counters = new SearchCounters();
        evaluator.evaluate(query, null, 0, new TopK(1), Cancellation.NEVER, counters);
        scored += counters.postingsScored;
        all += evaluator.estimatedPostings(query);
      }
      assertThat(scored).isLessThan(all / 2);
    } finally {
      segment.release();
    }
  }

  /**
   * Documents with the same first terms beside each other, so that ranges of documents differ in
   * their maxima.
   */
  private static List<SparseVector> sorted(List<SparseVector> documents) {
    return documents.stream()
        .sorted((a, b) -> Integer.compare(firstTerm(a), firstTerm(b)))
        .toList();
  }

  private static int firstTerm(SparseVector vector) {
    int heaviest = 0;
    for (int i = 1; i < vector.size(); i++) {
      heaviest = vector.weight(i) > vector.weight(heaviest) ? i : heaviest;
    }
    return vector.size() == 0 ? 0 : ((TermIdVector) vector).termId(heaviest);
  }

  @Test
  void queryWithAllTermsAllowed() throws IOException {
    Random random = new Random(Seeds.next());
    int terms = QuantizedQuery.TERM_COUNT_MAX;
    RandomCollection drawn =
        RandomCollection.draw(new Shape(500, terms, 300, 1, 1 << 20, false), random);
    int[] ids = IntStream.range(0, terms).map(i -> i * 0x9E37_79B1).toArray();
    float[] weights = new float[terms];
    for (int i = 0; i < terms; i++) {
      weights[i] = (float) Math.exp(3 * random.nextGaussian());
    }
    RandomCollection collection =
        new RandomCollection(drawn.documents(), List.of(TermIdVector.of(ids, weights)));
    for (int bits : new int[] {4, 8}) {
      directory = directory.resolve("bits" + bits);
      check(collection, new BlockMaxOptions(16, bits), random);
    }
  }

  @Test
  void interruptionIsNoticedAndTheEvaluatorStaysUsable() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new Shape(20_000, 500, 20, 4, 2, false), random);
    Segment segment = open(collection, new BlockMaxOptions(4, 4));
    try {
      BlockMaxEvaluator evaluator = evaluator(segment);
      SegmentQuery query =
          SegmentQuery.resolve(QuantizedQuery.of(collection.queries().get(5)), segment.terms());
      int[] checks = {0};
      Cancellation counting = Cancellation.whenCancelled(() -> ++checks[0] < 0);
      TopK expected = new TopK(1000);
      evaluator.evaluate(query, null, 0, expected, counting, new SearchCounters());
      int all = checks[0];
      assertThat(all).isGreaterThan(3);
      for (int at = 1; at <= all; at++) {
        int last = at;
        checks[0] = 0;
        Cancellation cancelled = Cancellation.whenCancelled(() -> ++checks[0] >= last);
        assertThatThrownBy(
                () ->
                    evaluator.evaluate(
                        query, null, 0, new TopK(1000), cancelled, new SearchCounters()))
            .isInstanceOf(QueryCancelledException.class);
      }
      TopK again = new TopK(1000);
      evaluator.evaluate(query, null, 0, again, Cancellation.NEVER, new SearchCounters());
      assertSame(again, expected);
    } finally {
      segment.release();
    }
  }

  @RepeatedTest(4)
  void boundsAreNeverBelowScores() {
    Random random = new Random(Seeds.next());
    BoundScale scale = new BoundScale(random.nextBoolean() ? 255 : 255 * 15, 1);
    for (int trial = 0; trial < 2000; trial++) {
      int terms = 1 + random.nextInt(20);
      int[] ids = IntStream.range(0, terms).toArray();
      float[] weights = new float[terms];
      for (int i = 0; i < terms; i++) {
        weights[i] = (float) Math.exp(4 * random.nextGaussian());
      }
      QuantizedQuery query = QuantizedQuery.of(TermIdVector.of(ids, weights));
      float documentScale = (float) Math.exp(10 * random.nextGaussian());
      int[] impacts = random.ints(terms, 1, 256).toArray();
      // Maxima that are exactly the weights: the bound has no slack but its own rounding.
      int sum = 0;
      double coefficients = 0;
      for (int i = 0; i < terms; i++) {
        sum += query.weight(i) * impacts[i];
        coefficients += (double) query.weight(i) * documentScale;
      }
      scale.fit(coefficients, terms, query.scoreScale());
      long bound = 0;
      for (int i = 0; i < terms; i++) {
        bound += (long) scale.weight((double) query.weight(i) * documentScale) * impacts[i];
      }
      float score = query.score(sum, documentScale);
      assertThat(bound).isBetween((long) scale.floor(score), (long) Integer.MAX_VALUE);
      // Nor is it far above: each term's weight is rounded up by less than 1.
      assertThat(bound - sumOf(impacts) - bound / (1 << 20) - 2).isLessThan(scale.floor(score));
    }
  }

  private static long sumOf(int[] impacts) {
    return IntStream.of(impacts).sum();
  }

  @Test
  void estimateIsTheSumOfTheListsLengths() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection = RandomCollection.draw(new Shape(300, 20, 5, 1, 9, true), random);
    Segment segment = open(collection, BlockMaxOptions.DEFAULTS);
    try {
      for (SparseVector vector : collection.queries()) {
        SegmentQuery query = SegmentQuery.resolve(QuantizedQuery.of(vector), segment.terms());
        long expected =
            IntStream.range(0, query.termCount())
                .mapToLong(i -> segment.terms().documentFrequency(query.termNumber(i)))
                .sum();
        assertThat(evaluator(segment).estimatedPostings(query)).isEqualTo(expected);
      }
    } finally {
      segment.release();
    }
  }
}
