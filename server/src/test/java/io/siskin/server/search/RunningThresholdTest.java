package io.siskin.server.search;

import static io.siskin.server.search.Evaluations.acceptedSet;
import static io.siskin.server.search.Evaluations.drain;
import static io.siskin.server.search.Evaluations.hits;
import static io.siskin.server.search.Evaluations.oracle;
import static io.siskin.server.search.Evaluations.resolve;
import static io.siskin.server.search.Evaluations.search;
import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.ImpactOrderedOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.Weighting;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What earlier segments have found spares work in later ones, and costs no hit that the segments
 * give when each is searched for itself.
 */
final class RunningThresholdTest {
  private static final int[] HITS = {1, 2, 10, 63, 64, 100, 1_000};

  private final Random random = new Random(Seeds.next());
  private final List<Segment> opened = new ArrayList<>();
  @TempDir Path directory;

  @AfterEach
  void release() {
    opened.forEach(Segment::release);
  }

  /**
   * 1 to 17 segments of all kinds: with and without block-max lists, residuals and another order,
   * some of them growing; sets of accepted documents as filters and deletions leave them.
   */
  @RepeatedTest(5)
  void noHitOfASegmentIsLost() throws IOException {
    int vocabulary = 1 + random.nextInt(200);
    boolean byToken = random.nextBoolean();
    boolean isResidual = random.nextBoolean();
    List<SearchableSegment> segments = new ArrayList<>();
    List<SparseVector> queries = new ArrayList<>();
    int count = 1 + random.nextInt(17);
    for (int i = 0; i < count; i++) {
      RandomCollection.Shape shape =
          new RandomCollection.Shape(
              random.nextInt(700),
              vocabulary,
              1 + random.nextInt(20),
              1 + random.nextInt(5),
              random.nextInt(4) == 0 ? 3 : 1 << 20,
              byToken);
      RandomCollection collection = RandomCollection.draw(shape, random);
      queries.addAll(collection.queries().subList(0, count > 5 ? 5 : 25));
      Segment segment = open(collection, options(isResidual && random.nextBoolean()));
      boolean isGrowing = segment.residuals() == null && random.nextInt(6) == 0;
      segments.add(
          isGrowing
              ? new FakeGrowingSegment(segment, random.nextInt(1 + collection.documents().size()))
              : new MappedSegment(segment, KernelProvider.current()));
    }
    SearchScope all = SearchScope.of(segments);
    Searcher running = new Searcher(all);
    Searcher alone = Searcher.withoutRunningThreshold(all);
    for (SparseVector vector : queries) {
      SearchScope scope = random.nextInt(3) == 0 ? all : all.accepting(drawSets(segments));
      List<SearchRoute> routes = drawRoutes(count);
      int k = random.nextBoolean() ? HITS[random.nextInt(HITS.length)] : 1 + random.nextInt(1_000);
      QuantizedQuery query = QuantizedQuery.of(vector);
      running.search(scope, query, routes, k, Cancellation.NEVER);
      alone.search(scope, query, routes, k, Cancellation.NEVER);
      assertThat(scoresOf(hits(running), scope, query))
          .as("scores with k %d, %s", k, routes)
          .isEqualTo(scores(hits(running)));
      assertNoneLost(hits(alone), hits(running), scope, k, routes);
    }
  }

  private void assertNoneLost(
      List<Hit> wanted, List<Hit> found, SearchScope scope, int k, Object routes) {
    assertThat(found).as("k %d, %s", k, routes).hasSizeBetween(wanted.size(), k);
    for (int rank = 0; rank < wanted.size(); rank++) {
      Hit hit = wanted.get(rank);
      assertThat(found.get(rank).score())
          .as("score at rank %d, k %d, %s", rank, k, routes)
          .isGreaterThanOrEqualTo(hit.score());
      // If it is not there, k others are better, or as good and indexed before it.
      Hit last = found.getLast();
      boolean isDisplaced =
          found.size() == k
              && (last.score() > hit.score()
                  || (last.score() == hit.score() && position(last, scope) < position(hit, scope)));
      assertThat(found.contains(hit) || isDisplaced).as("%s, k %d, %s", hit, k, routes).isTrue();
    }
  }

  private int position(Hit hit, SearchScope scope) {
    int segment = scope.positions().segment(hit.document());
    int base = scope.positions().base(segment);
    if (scope.segment(segment) instanceof GrowingSegment) {
      // Whatever the order is of the files that stand in for it.
      return hit.document();
    }
    var order = opened.get(segment).documents().indexingOrder();
    return order == null ? hit.document() : base + order.ordinal(hit.document() - base);
  }

  /** Returns the refined scores of hits, from an oracle that scores one segment after the other. */
  private List<Float> scoresOf(List<Hit> found, SearchScope scope, QuantizedQuery query) {
    Map<Integer, Float> truth = new HashMap<>();
    for (int i = 0; i < scope.size(); i++) {
      int base = scope.positions().base(i);
      TopK top = new TopK(1 + opened.get(i).statistics().documentCount());
      new ExhaustiveEvaluator(opened.get(i))
          .evaluate(
              SegmentQuery.resolve(query, opened.get(i).terms()),
              scope.accepted(i) == null || scope.segment(i) instanceof GrowingSegment
                  ? null
                  : scope.accepted(i),
              0,
              top,
              Cancellation.NEVER,
              new SearchCounters());
      for (Hit hit : drain(top)) {
        if (hit.document() < scope.segment(i).documentCount()) {
          truth.put(base + hit.document(), hit.score());
        }
      }
    }
    List<Float> scores = new ArrayList<>();
    for (Hit hit : found) {
      int segment = scope.positions().segment(hit.document());
      DocumentSet set = scope.accepted(segment);
      assertThat(set == null || set.contains(hit.document() - scope.positions().base(segment)))
          .as("%s is accepted", hit)
          .isTrue();
      scores.add(truth.get(hit.document()));
    }
    return scores;
  }

  private static List<Float> scores(List<Hit> hits) {
    return hits.stream().map(Hit::score).toList();
  }

  private List<@Nullable DocumentSet> drawSets(List<SearchableSegment> segments) {
    List<@Nullable DocumentSet> sets = new ArrayList<>();
    for (SearchableSegment segment : segments) {
      sets.add(acceptedSet(segment.documentCount(), random));
    }
    return sets;
  }

  private List<SearchRoute> drawRoutes(int count) {
    List<SearchRoute> routes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      routes.add(
          switch (random.nextInt(8)) {
            case 0 -> new SearchMode.Exact();
            case 1 -> new SearchRoute.Direct();
            case 2, 3, 4 -> drawClustered();
            default -> drawScoreAtATime();
          });
    }
    return routes;
  }

  private SearchMode.Clustered drawClustered() {
    return new SearchMode.Clustered(
        1 + random.nextInt(10), 0.3f + 0.7f * random.nextFloat(), random.nextBoolean());
  }

  private SearchMode.ScoreAtATime drawScoreAtATime() {
    return new SearchMode.ScoreAtATime(
        random.nextFloat(), random.nextFloat(), random.nextInt(4) == 0 ? 5 : 0, 0);
  }

  private BuildOptions options(boolean residuals) {
    return new BuildOptions(
            new Weighting.AsGiven(),
            new Quantization.Auto(),
            random.nextBoolean() ? new Reordering.None() : new Reordering.GraphBisection(3, 2, 16),
            new BuildOptions.Structures(
                true,
                false,
                // Without these lists the approximate evaluators are always used.
                random.nextInt(3) > 0 ? null : BlockMaxOptions.DEFAULTS,
                new ImpactOrderedOptions(0.1 + 20 * random.nextDouble(), random.nextDouble(), 4),
                ClusterOptions.DEFAULTS,
                false),
            1)
        .withResiduals(residuals);
  }

  private Segment open(RandomCollection collection, BuildOptions options) throws IOException {
    Path folder = directory.resolve("segment" + opened.size());
    collection.build(folder, options);
    Segment segment = Segment.open(folder, Verification.FULL);
    opened.add(segment);
    return segment;
  }

  /**
   * Each approximate evaluator by itself, with a heap that is full of another segment's documents.
   */
  @RepeatedTest(4)
  void anEvaluatorOffersWhatItOffersToAnEmptyHeap() throws IOException {
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(1_500, 120, 15, 4, 1 << 20, false), random);
    Segment segment = open(collection, options(false));
    for (SparseVector vector : collection.queries()) {
      int k = 1 + random.nextInt(100);
      ClusteredEvaluator clustered = new ClusteredEvaluator(segment);
      clustered.use(drawClustered());
      ImpactOrderedEvaluator impacts =
          new ImpactOrderedEvaluator(segment, KernelProvider.current());
      impacts.use(drawScoreAtATime(), 0);
      List<Hit> all = oracle(segment, vector, 2_000);
      for (QueryEvaluator evaluator : List.of(clustered, impacts)) {
        List<Hit> wanted = search(evaluator, segment, vector, k);
        if (all.isEmpty()) {
          continue;
        }
        float threshold = all.get(random.nextInt(Math.min(all.size(), 2 * k))).score();
        TopK top = new TopK(k);
        for (int other = 0; other < k; other++) {
          top.offer(threshold, 1_000_000 + other);
        }
        evaluator.evaluate(
            resolve(segment, vector), null, 0, top, Cancellation.NEVER, new SearchCounters());
        List<Hit> found = drain(top);
        assertThat(found)
            .as("k %d, threshold %s", k, threshold)
            .containsAll(wanted.stream().filter(hit -> hit.score() >= threshold).toList());
      }
    }
  }

  /** What is counted shows that a later segment is left out, or searched exactly, or as planned. */
  @Test
  void aLaterSegmentIsSearchedInTheWayThatIsExpectedToBeQuickest() throws IOException {
    RandomCollection best =
        RandomCollection.draw(new RandomCollection.Shape(3_000, 60, 12, 3, 1 << 20, true), random);
    Segment first = open(best, BuildOptions.DEFAULTS.withThreads(1));
    // Weights so small that no bound reaches the scores of the first segment.
    Segment poor =
        open(
            new RandomCollection(
                best.documents().subList(0, 1_000).stream()
                    .map(RunningThresholdTest::tiny)
                    .toList(),
                List.of()),
            BuildOptions.DEFAULTS.withThreads(1));
    Segment alike =
        open(
            RandomCollection.draw(
                new RandomCollection.Shape(2_000, 60, 12, 3, 1 << 20, true), random),
            BuildOptions.DEFAULTS.withThreads(1));
    Searcher one = searcher(first);
    Searcher withPoor = searcher(first, poor);
    Searcher withAlike = searcher(first, alike);
    int exact = 0;
    for (SparseVector vector : best.queries()) {
      QuantizedQuery query = QuantizedQuery.of(vector);
      SearchMode mode = SearchMode.ScoreAtATime.DEFAULTS;
      one.search(query, mode, 5, Cancellation.NEVER);
      if (one.size() < 5) {
        continue;
      }
      withPoor.search(query, mode, 5, Cancellation.NEVER);
      assertThat(hits(withPoor)).isEqualTo(hits(one));
      assertThat(withPoor.work().windowRuns()).isEqualTo(one.work().windowRuns());
      assertThat(withPoor.stats().documentsScored()).isEqualTo(one.stats().documentsScored());
      withAlike.search(query, mode, 5, Cancellation.NEVER);
      boolean isExact = withAlike.work().windowRuns() == one.work().windowRuns();
      exact += isExact ? 1 : 0;
    }
    assertThat(exact).as("queries whose later segment was searched exactly").isPositive();
  }

  private Searcher searcher(Segment... segments) {
    return new Searcher(SearchScope.mapped(List.of(segments), KernelProvider.current()));
  }

  private static SparseVector tiny(SparseVector vector) {
    TokenVector tokens = (TokenVector) vector;
    Map<String, Float> weights = new HashMap<>();
    for (int i = 0; i < tokens.size(); i++) {
      weights.put(tokens.token(i), 0.001f * tokens.weight(i));
    }
    return TokenVector.of(weights);
  }
}
