package io.siskin.server.search;

import static io.siskin.server.search.Evaluations.acceptedSet;
import static io.siskin.server.search.Evaluations.hits;
import static io.siskin.server.search.Evaluations.oracle;
import static io.siskin.server.search.Evaluations.resolve;
import static io.siskin.server.search.Evaluations.search;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.ImpactOrderedOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.build.Weighting;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.ImpactOrderedLayout;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.ImpactOrderedIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImpactOrderedEvaluatorTest {
  private static final ImpactOrderedOptions ALL_POSTINGS = new ImpactOrderedOptions(1e9, 1, 1);
  private static final SearchMode.ScoreAtATime NO_FLOORS = new SearchMode.ScoreAtATime(0, 0, 0, 0);
  private static final List<KernelProvider> KERNELS =
      List.of(KernelProvider.of(false), KernelProvider.of(true));

  private static final long HOUR_NANOS = 3_600_000_000_000L;

  @TempDir Path directory;

  /** Whatever is pruned at build or by floors: the same documents, scores and order. */
  @RepeatedTest(6)
  void theResultIsThatOfTheNaiveTwin() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(RandomCollection.Shape.random(random), random);
    withSegment(
        collection,
        drawOptions(random),
        segment -> {
          NaiveImpactOrdered naive = new NaiveImpactOrdered(segment);
          for (KernelProvider kernels : KERNELS) {
            ImpactOrderedEvaluator evaluator = new ImpactOrderedEvaluator(segment, kernels);
            for (SparseVector query : collection.queries()) {
              SearchMode.ScoreAtATime mode = drawMode(random);
              int k = 1 + random.nextInt(random.nextBoolean() ? 10 : 200);
              DocumentSet accepted = acceptedSet(collection.documents().size(), random);
              SegmentQuery resolved = resolve(segment, query);
              evaluator.use(mode, 0);
              List<Hit> found = search(evaluator, segment, query, accepted, k);
              assertThat(found)
                  .as("k %d, %s, %s", k, mode, accepted)
                  .isEqualTo(naive.search(resolved, accepted, k, mode));
              // Floors only leave out what k others surpass.
              assertThat(found).hasSameSizeAs(naive.search(resolved, accepted, k, NO_FLOORS));
            }
          }
        });
  }

  private static ImpactOrderedOptions drawOptions(Random random) {
    return random.nextBoolean()
        ? ALL_POSTINGS
        : new ImpactOrderedOptions(
            0.1 + random.nextDouble() * 20, random.nextDouble(), 1 + random.nextInt(8));
  }

  private static SearchMode.ScoreAtATime drawMode(Random random) {
    return new SearchMode.ScoreAtATime(
        drawFloor(random), drawFloor(random), random.nextBoolean() ? 0 : random.nextInt(50), 0);
  }

  private static float drawFloor(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> 1;
      default -> random.nextFloat();
    };
  }

  /** Scores are the oracle's whatever is left out, and nothing is if nothing is pruned. */
  @RepeatedTest(6)
  void withoutPruningTheOraclesDocumentsAreFound() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection.Shape shape =
        new RandomCollection.Shape(
            600 + random.nextInt(1200), 400, 1 + random.nextInt(30), 4, 1 << 20, false);
    RandomCollection collection = RandomCollection.draw(shape, random);
    withSegment(
        collection,
        ALL_POSTINGS,
        segment -> {
          NaiveImpactOrdered naive = new NaiveImpactOrdered(segment);
          ImpactOrderedEvaluator evaluator =
              new ImpactOrderedEvaluator(segment, KernelProvider.current());
          evaluator.use(NO_FLOORS, 0);
          int wanted = 0;
          int lacking = 0;
          for (SparseVector query : collection.queries()) {
            List<Hit> oracle = oracle(segment, query, 10);
            Set<Hit> found = Set.copyOf(search(evaluator, segment, query, 10));
            Map<Integer, Integer> sums = naive.partialSums(resolve(segment, query));
            for (Hit hit : oracle) {
              // So light a share of the query that 8 bits round it to nothing.
              boolean met = sums.containsKey(hit.document());
              assertThat(found.contains(hit)).as("%s is found", hit).isEqualTo(met);
              lacking += met ? 0 : 1;
            }
            wanted += oracle.size();
          }
          assertThat(lacking).isLessThanOrEqualTo(wanted / 50);
          checkScores(segment, collection, random);
        });
  }

  private static void checkScores(Segment segment, RandomCollection collection, Random random) {
    ImpactOrderedEvaluator evaluator =
        new ImpactOrderedEvaluator(segment, KernelProvider.current());
    for (SparseVector query : collection.queries()) {
      Map<Integer, Float> scores =
          oracle(segment, query, 10_000).stream()
              .collect(Collectors.toMap(Hit::document, Hit::score));
      evaluator.use(drawMode(random), random.nextBoolean() ? 0 : 10_000);
      for (Hit hit : search(evaluator, segment, query, 1 + random.nextInt(100))) {
        assertThat(hit.score()).isEqualTo(scores.get(hit.document()));
      }
    }
  }

  /** Only the heaviest 64 terms are added up; all of them count in the scores. */
  @Test
  void queriesOfManyTerms() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(800, 500, 120, 2, 1 << 20, false), random);
    withSegment(
        collection,
        ALL_POSTINGS,
        segment -> {
          NaiveImpactOrdered naive = new NaiveImpactOrdered(segment);
          int beyond = 0;
          for (SparseVector query : collection.queries()) {
            SegmentQuery resolved = resolve(segment, query);
            beyond += resolved.termCount() > ImpactOrderedPlan.LISTS_MAX ? 1 : 0;
            for (KernelProvider kernels : KERNELS) {
              ImpactOrderedEvaluator evaluator = new ImpactOrderedEvaluator(segment, kernels);
              SearchMode.ScoreAtATime mode = drawMode(random);
              evaluator.use(mode, 0);
              assertThat(search(evaluator, segment, query, 20))
                  .isEqualTo(naive.search(resolved, 20, mode));
            }
          }
          assertThat(beyond).isPositive();
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 500, 10_000})
  void anyNumberOfHits(int k) throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(900, 40, 6, 3, 4, true), random);
    withSegment(
        collection,
        ALL_POSTINGS,
        segment -> {
          ImpactOrderedEvaluator evaluator =
              new ImpactOrderedEvaluator(segment, KernelProvider.current());
          NaiveImpactOrdered naive = new NaiveImpactOrdered(segment);
          for (SparseVector query : collection.queries()) {
            for (SearchMode.ScoreAtATime mode :
                List.of(NO_FLOORS, SearchMode.ScoreAtATime.DEFAULTS)) {
              evaluator.use(mode, 0);
              assertThat(search(evaluator, segment, query, k))
                  .isEqualTo(naive.search(resolve(segment, query), k, mode));
            }
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
          ImpactOrderedEvaluator evaluator =
              new ImpactOrderedEvaluator(segment, KernelProvider.current());
          SparseVector unknown = TokenVector.of(Map.of("nobody-has-this", 1f));
          assertThat(search(evaluator, segment, unknown, 10)).isEmpty();
          assertThat(search(evaluator, segment, TokenVector.EMPTY, 10)).isEmpty();
          evaluator.use(NO_FLOORS, 0);
          SparseVector one = TokenVector.of(Map.of("t0", 2f, "nobody-has-this", 9f));
          assertThat(search(evaluator, segment, one, 5)).isEqualTo(oracle(segment, one, 5));
        });
    withSegment(
        new RandomCollection(List.of(), List.of()),
        ALL_POSTINGS,
        segment ->
            assertThat(
                    search(
                        new ImpactOrderedEvaluator(segment, KernelProvider.current()),
                        segment,
                        TokenVector.of(Map.of("t0", 1f)),
                        10))
                .isEmpty());
  }

  /** Plain and windowed lists on both sides of a window's border. */
  @Test
  void severalWindows() throws IOException {
    Random random = new Random(Seeds.next());
    withLargeSegment(
        random,
        segment -> {
          ImpactOrderedIndex index = segment.impacts();
          assertThat(index.windowCount()).isEqualTo(2);
          assertThat(index.rowCount()).isPositive().isLessThan(index.termCount());
          NaiveImpactOrdered naive = new NaiveImpactOrdered(segment);
          for (KernelProvider kernels : KERNELS) {
            ImpactOrderedEvaluator evaluator = new ImpactOrderedEvaluator(segment, kernels);
            for (int round = 0; round < 6; round++) {
              SparseVector query = drawLargeQuery(random);
              SearchMode.ScoreAtATime mode = drawMode(random);
              int k = 1 + random.nextInt(1_500);
              DocumentSet accepted = acceptedSet(segment.statistics().documentCount(), random);
              evaluator.use(mode, 0);
              assertThat(search(evaluator, segment, query, accepted, k))
                  .as("k %d, %s, %s", k, mode, accepted)
                  .isEqualTo(naive.search(resolve(segment, query), accepted, k, mode));
            }
          }
        });
  }

  /** A budget leaves postings out and says so; what it leaves still gives k hits. */
  @Test
  void aBudgetLowersTheWork() throws IOException {
    Random random = new Random(Seeds.next());
    withLargeSegment(
        random,
        segment -> {
          int k = 10;
          ImpactOrderedPlan plan = new ImpactOrderedPlan(segment.impacts());
          PartialSums sums =
              new PartialSums(segment.impacts(), plan, KernelProvider.current().impactKernel());
          for (int round = 0; round < 20; round++) {
            SegmentQuery query = resolve(segment, drawLargeQuery(random));
            plan.make(query, k, 0.2f, 0);
            long all = add(sums);
            assertThat(plan.cut()).isFalse();
            for (long budget = 2 * all; budget > 0; budget /= 3) {
              plan.make(query, k, 0.2f, budget);
              long added = add(sums);
              assertThat(added).isPositive().isLessThanOrEqualTo(all);
              assertThat(added <= budget || addsOnlyTheLargest(plan))
                  .as("%d postings of %d with a budget of %d", added, all, budget)
                  .isTrue();
              assertThat(plan.cut()).isEqualTo(added < all);
            }
          }
          checkCounters(segment, k);
        });
  }

  /** Whether a higher floor would leave nothing. */
  private static boolean addsOnlyTheLargest(ImpactOrderedPlan plan) {
    int level = ImpactOrderedLayout.levelAt(ImpactOrderedLayout.IMPACT_MAX / 2);
    return IntStream.range(0, plan.listCount())
        .allMatch(list -> plan.row(list) == ImpactOrderedIndex.NO_ROW || plan.level(list) >= level);
  }

  private static void checkCounters(Segment segment, int k) {
    // The term that all documents have.
    SegmentQuery query = resolve(segment, TermIdVector.of(new int[] {7}, new float[] {1}));
    ImpactOrderedEvaluator evaluator =
        new ImpactOrderedEvaluator(segment, KernelProvider.current());
    long unlimited = 0;
    for (long budgetNanos : new long[] {0, HOUR_NANOS, 1}) {
      evaluator.use(new SearchMode.ScoreAtATime(0, 0.5f, 0, 0), budgetNanos);
      TopK top = new TopK(k);
      SearchCounters counters = new SearchCounters();
      evaluator.evaluate(query, null, 0, top, Cancellation.NEVER, counters);
      assertThat(top.size()).isEqualTo(k);
      assertThat(counters.documentsScored).isGreaterThanOrEqualTo(k);
      assertThat(counters.budgetExhausted).isEqualTo(budgetNanos == 1 ? 1 : 0);
      if (budgetNanos == 0) {
        unlimited = counters.postingsScored;
      } else if (budgetNanos == 1) {
        assertThat(counters.postingsScored).isLessThan(unlimited);
      } else {
        assertThat(counters.postingsScored).isEqualTo(unlimited);
      }
    }
  }

  /** Adds what a plan says; returns how many postings that is. */
  private static long add(PartialSums sums) {
    int[] found = new int[1 << 16];
    sums.reset();
    for (int window = 0; window < sums.windowCount(); window++) {
      sums.addWindow(window);
      sums.collect(0, sums.windowLength(window), 255, found);
    }
    return sums.postingCount();
  }

  /** The segments share a heap, and each has candidates of its own. */
  @Test
  void searchesOfSeveralSegments() throws IOException {
    Random random = new Random(Seeds.next());
    List<Segment> segments = new ArrayList<>();
    List<RandomCollection> collections = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        collections.add(
            RandomCollection.draw(
                new RandomCollection.Shape(300 + 200 * i, 60, 10, 2, 1 << 20, true), random));
        segments.add(open(collections.get(i), drawOptions(random), directory.resolve("s" + i)));
      }
      for (SparseVector query : collections.getFirst().queries()) {
        SearchMode.ScoreAtATime mode = drawMode(random);
        int k = 1 + random.nextInt(30);
        List<Hit> expected = new ArrayList<>();
        int base = 0;
        for (Segment segment : segments) {
          for (Hit hit : new NaiveImpactOrdered(segment).search(resolve(segment, query), k, mode)) {
            expected.add(new Hit(base + hit.document(), hit.score()));
          }
          base += segment.statistics().documentCount();
        }
        expected.sort(Hit.BEST_FIRST);
        Searcher searcher = new Searcher(SearchScope.mapped(segments, KernelProvider.current()));
        searcher.search(QuantizedQuery.of(query), mode, k, Cancellation.NEVER);
        List<Hit> found = hits(searcher);
        assertThat(found).isEqualTo(expected.subList(0, Math.min(k, expected.size())));
      }
    } finally {
      segments.forEach(Segment::release);
    }
  }

  @Test
  void noMoreCandidatesThanWantedAreScored() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(1500, 30, 10, 1, 1 << 20, false), random);
    withSegment(
        collection,
        ALL_POSTINGS,
        segment -> {
          ImpactOrderedEvaluator evaluator =
              new ImpactOrderedEvaluator(segment, KernelProvider.current());
          int limited = 0;
          for (SparseVector query : collection.queries()) {
            for (int max : new int[] {1, 64, 200}) {
              evaluator.use(new SearchMode.ScoreAtATime(0, 0, max, 0), 0);
              SearchCounters counters = new SearchCounters();
              TopK top = new TopK(100);
              evaluator.evaluate(
                  resolve(segment, query), null, 0, top, Cancellation.NEVER, counters);
              assertThat(counters.documentsScored).isLessThanOrEqualTo(Math.max(100, max));
              assertThat(counters.budgetExhausted).isZero();
              limited += counters.documentsScored == Math.max(100, max) ? 1 : 0;
            }
          }
          assertThat(limited).isPositive();
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
          NaiveImpactOrdered naive = new NaiveImpactOrdered(segment);
          ImpactOrderedEvaluator evaluator =
              new ImpactOrderedEvaluator(segment, KernelProvider.current());
          evaluator.use(NO_FLOORS, 0);
          int interrupted = 0;
          for (SparseVector query : collection.queries()) {
            int[] left = {random.nextInt(4)};
            Cancellation cancellation = Cancellation.whenCancelled(() -> left[0]-- == 0);
            try {
              evaluator.evaluate(
                  resolve(segment, query),
                  null,
                  0,
                  new TopK(10),
                  cancellation,
                  new SearchCounters());
            } catch (QueryCancelledException expected) {
              interrupted++;
            }
            assertThat(search(evaluator, segment, query, 10))
                .isEqualTo(naive.search(resolve(segment, query), 10, NO_FLOORS));
          }
          assertThat(interrupted).isPositive();
        });
  }

  /** What opening does not see ends in some answer or at a view's border, never in a loop. */
  @RepeatedTest(2)
  void damagedListsAreSurvived() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(300, 30, 6, 2, 1 << 20, true), random);
    Path whole = directory.resolve("whole");
    collection.build(whole, options(ALL_POSTINGS));
    int answered = 0;
    for (int round = 0; round < 150; round++) {
      SegmentEditor editor = SegmentEditor.open(whole);
      List<SegmentEditor.EditedSection> sections = editor.file(FileKind.IMPACTS).sections;
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        ByteBuffer bytes = sections.get(random.nextInt(sections.size())).bytes;
        bytes.put(random.nextInt(bytes.limit()), (byte) random.nextInt(256));
      }
      if (random.nextInt(4) == 0) {
        float scale = random.nextBoolean() ? Float.MAX_VALUE : Float.MIN_VALUE;
        editor
            .bytes(FileKind.IMPACTS, SectionKind.IMPACT_TERMS)
            .putFloat(ImpactOrderedLayout.TERM_SCALE_OFFSET, scale);
      }
      Path edited = directory.resolve("edited");
      editor.write(edited);
      Verification verification = random.nextBoolean() ? Verification.FULL : Verification.STRUCTURE;
      answered +=
          assertTimeoutPreemptively(
              Duration.ofSeconds(20), () -> searchAll(edited, verification, collection.queries()));
    }
    assertThat(answered).isPositive();
  }

  /** Returns how many queries found an answer, right or wrong. */
  private static int searchAll(
      Path directory, Verification verification, List<SparseVector> queries) throws IOException {
    Segment segment;
    try {
      segment = Segment.open(directory, verification);
    } catch (CorruptSegmentException refused) {
      return 0;
    }
    int answered = 0;
    try {
      for (KernelProvider kernels : KERNELS) {
        ImpactOrderedEvaluator evaluator = new ImpactOrderedEvaluator(segment, kernels);
        for (SparseVector query : queries) {
          for (long budgetNanos : new long[] {0, 1}) {
            evaluator.use(SearchMode.ScoreAtATime.DEFAULTS, budgetNanos);
            try {
              search(evaluator, segment, query, 10);
              answered++;
            } catch (IndexOutOfBoundsException led) {
              // A view's border: where a read ends that nothing but a reader's own check would
              // stop.
            }
          }
        }
      }
    } finally {
      segment.release();
    }
    return answered;
  }

  @Test
  void aSegmentWithoutImpactOrderedListsIsRefused() throws IOException {
    RandomCollection collection = new RandomCollection(List.of(), List.of());
    collection.build(directory, options(null));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      assertThatThrownBy(() -> new ImpactOrderedEvaluator(segment, KernelProvider.current()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("impact-ordered posting lists");
    } finally {
      segment.release();
    }
  }

  private void withSegment(
      RandomCollection collection, ImpactOrderedOptions options, Consumer<Segment> body)
      throws IOException {
    Segment segment = open(collection, options, directory.resolve("s" + collection.hashCode()));
    try {
      body.accept(segment);
    } finally {
      segment.release();
    }
  }

  private static Segment open(
      RandomCollection collection, ImpactOrderedOptions options, Path directory)
      throws IOException {
    collection.build(directory, options(options));
    return Segment.open(directory, Verification.FULL);
  }

  /** 66,000 documents: one term that all have, some frequent ones and many rare ones. */
  private void withLargeSegment(Random random, Consumer<Segment> body) throws IOException {
    try (SegmentBuilder builder =
        new SegmentBuilder(directory, options(ALL_POSTINGS), BuildProgress.NONE)) {
      for (int document = 0; document < 66_000; document++) {
        int[] ids = {7, 100 + random.nextInt(5), 1_000 + random.nextInt(1_500)};
        float[] weights = {
          1 + random.nextInt(200), 1 + random.nextInt(200), 50 + 50 * random.nextFloat()
        };
        builder.add("d" + document, TermIdVector.of(ids, weights), Map.of());
      }
      builder.finish();
    }
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      body.accept(segment);
    } finally {
      segment.release();
    }
  }

  private static SparseVector drawLargeQuery(Random random) {
    Map<Integer, Float> weights = new HashMap<>();
    weights.put(100 + random.nextInt(5), 1 + random.nextFloat());
    weights.put(random.nextBoolean() ? 7 : 100 + random.nextInt(5), 1 + random.nextFloat());
    for (int i = random.nextInt(4); i > 0; i--) {
      weights.put(1_000 + random.nextInt(1_500), 1 + 2 * random.nextFloat());
    }
    int[] ids = weights.keySet().stream().mapToInt(Integer::intValue).toArray();
    float[] values = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      values[i] = weights.get(ids[i]);
    }
    return TermIdVector.of(ids, values);
  }

  private static BuildOptions options(ImpactOrderedOptions impacts) {
    return new BuildOptions(
        new Weighting.AsGiven(),
        new Quantization.PerDocument(),
        new Reordering.None(),
        new BuildOptions.Structures(true, false, null, impacts, null, false),
        2);
  }
}
