package io.siskin.server.search;

import static io.siskin.server.search.Evaluations.drain;
import static io.siskin.server.search.Evaluations.hits;
import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.VectorQuantizer;
import io.siskin.index.build.Weighting;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.growing.GrowingSegment;
import io.siskin.index.growing.GrowingView;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches of growing segments give the lists of the same documents in files, bit by bit. */
final class GrowingEvaluatorTest {
  private static final Quantization.Pinned RULE = new Quantization.Auto();

  @TempDir Path directory;
  private final GrowingSearchers searchers = new GrowingSearchers(KernelProvider.current());

  @RepeatedTest(12)
  void findsWhatTheOracleFindsInTheSameDocumentsInFiles() throws Exception {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(RandomCollection.Shape.random(random), random);
    boolean residuals = random.nextBoolean();
    GrowingSegment growing = new GrowingSegment(collection.documents().size() + 5);
    BuildOptions options = BuildOptions.DEFAULTS.withResiduals(residuals).withThreads(2);
    collection.build(directory.resolve("files"), options);
    Segment files = Segment.open(directory.resolve("files"), Verification.FULL);
    try {
      add(collection.documents(), growing, residuals);
      GrowingView view = growing.view();
      // Not of the view.
      add(collection.queries().subList(3, 8), growing, residuals);
      for (SparseVector query : collection.queries()) {
        for (int k : new int[] {1, 10, 100, 5_000}) {
          DocumentSet accepted = random.nextBoolean() ? null : draw(view.documentCount(), random);
          assertThat(search(view, query, accepted, k)).isEqualTo(oracle(files, query, accepted, k));
        }
      }
    } finally {
      growing.release();
      files.release();
    }
  }

  /** The whole way of a search, over a growing segment beside one of files with residuals. */
  @Test
  void growingSegmentsAreSearchedBesideFiles() throws Exception {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(800, 90, 20, 3, 1 << 20, true), random);
    GrowingSegment growing = new GrowingSegment(1_000);
    BuildOptions options = BuildOptions.DEFAULTS.withResiduals(true).withThreads(2);
    collection.build(directory.resolve("files"), options);
    Segment files = Segment.open(directory.resolve("files"), Verification.FULL);
    try {
      add(collection.documents(), growing, true);
      MappedSegment mapped = new MappedSegment(files, KernelProvider.current());
      Searcher both =
          new Searcher(SearchScope.of(List.of(mapped, searchers.searchable(growing.view()))));
      int documents = collection.documents().size();
      for (SparseVector vector : collection.queries()) {
        List<Hit> expected = new ArrayList<>();
        for (Hit hit : oracle(files, vector, null, documents)) {
          expected.add(hit);
          expected.add(new Hit(documents + hit.document(), hit.score()));
        }
        expected.sort(
            (left, right) ->
                left.score() == right.score()
                    ? Integer.compare(left.document(), right.document())
                    : Float.compare(right.score(), left.score()));
        both.search(QuantizedQuery.of(vector), new SearchMode.Exact(), 10, Cancellation.NEVER);
        assertThat(hits(both)).isEqualTo(expected.subList(0, Math.min(10, expected.size())));
      }
    } finally {
      growing.release();
      files.release();
    }
  }

  @Test
  void searchesSeeTheirViewWhileAWriterAdds() throws Exception {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(6_000, 300, 20, 5, 1 << 20, false), random);
    GrowingSegment growing = new GrowingSegment(6_000);
    VectorQuantizer quantizer = quantizer(true);
    List<QuantizedDocument> model = new ArrayList<>();
    for (SparseVector vector : collection.documents()) {
      model.add(document(model.size(), quantizer.quantize(vector)));
    }
    try (ExecutorService reader = Executors.newSingleThreadExecutor()) {
      Future<Integer> searches =
          reader.submit(
              () -> {
                int count = 0;
                GrowingView view;
                do {
                  view = growing.view();
                  SparseVector query =
                      collection.queries().get(count % collection.queries().size());
                  List<Hit> found = search(view, query, null, 10);
                  assertThat(found).isEqualTo(plain(model, view.documentCount(), query, 10));
                  count++;
                } while (view.documentCount() < model.size());
                return count;
              });
      for (QuantizedDocument document : model) {
        growing.add(document);
      }
      assertThat(searches.get()).isPositive();
    } finally {
      growing.release();
    }
  }

  @Test
  void anInterruptedSearchLeavesTheEvaluatorClean() {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(5_000, 60, 12, 3, 1 << 20, true), random);
    GrowingSegment growing = new GrowingSegment(5_000);
    try {
      add(collection.documents(), growing, true);
      GrowingView view = growing.view();
      // Searches of one thread take the same evaluator again and again.
      Searcher searcher = new Searcher(SearchScope.of(List.of(searchers.searchable(view))));
      GrowingSearchers fresh = new GrowingSearchers(KernelProvider.current());
      Searcher clean = new Searcher(SearchScope.of(List.of(fresh.searchable(view))));
      GrowingEvaluator evaluator = searchers.take().use(view);
      searchers.giveBack(evaluator);
      int interrupted = 0;
      for (SparseVector vector : collection.queries()) {
        SegmentQuery query = SegmentQuery.resolve(QuantizedQuery.of(vector), view);
        int[] left = {random.nextInt(3)};
        Cancellation cancellation = Cancellation.whenCancelled(() -> left[0]-- == 0);
        try {
          evaluator.evaluate(query, null, 0, new TopK(5), cancellation, new SearchCounters());
        } catch (QueryCancelledException expected) {
          interrupted++;
        }
        QuantizedQuery again = QuantizedQuery.of(vector);
        searcher.search(again, new SearchMode.Exact(), 10, Cancellation.NEVER);
        clean.search(again, new SearchMode.Exact(), 10, Cancellation.NEVER);
        assertThat(hits(searcher)).isEqualTo(hits(clean));
      }
      assertThat(interrupted).isPositive();
    } finally {
      growing.release();
    }
  }

  private static VectorQuantizer quantizer(boolean residuals) {
    return new VectorQuantizer(new Weighting.AsGiven(), RULE, residuals, false);
  }

  private static void add(List<SparseVector> vectors, GrowingSegment growing, boolean residuals) {
    for (SparseVector vector : vectors) {
      growing.add(document(growing.documentCount(), quantizer(residuals).quantize(vector)));
    }
  }

  private static QuantizedDocument document(int number, QuantizedVector vector) {
    return new QuantizedDocument("d" + number, number + 1L, vector, Map.of(), Map.of());
  }

  private static DocumentSet draw(int documents, Random random) {
    DocumentSet.Builder set = DocumentSet.builder(documents);
    double share = random.nextDouble();
    for (int document = 0; document < documents; document++) {
      if (random.nextDouble() < share) {
        set.add(document);
      }
    }
    return set.build();
  }

  private List<Hit> search(
      GrowingView view, SparseVector vector, @Nullable DocumentSet accepted, int k) {
    SearchScope scope = SearchScope.of(List.of(searchers.searchable(view)));
    Searcher searcher = new Searcher(scope.accepting(Collections.singletonList(accepted)));
    searcher.search(QuantizedQuery.of(vector), new SearchMode.Exact(), k, Cancellation.NEVER);
    return hits(searcher);
  }

  private static List<Hit> oracle(
      Segment segment, SparseVector vector, @Nullable DocumentSet accepted, int k) {
    TopK top = new TopK(k);
    new ExhaustiveEvaluator(segment)
        .evaluate(
            SegmentQuery.resolve(QuantizedQuery.of(vector), segment.terms()),
            accepted,
            0,
            top,
            Cancellation.NEVER,
            new SearchCounters());
    return drain(top);
  }

  /** Scores the first documents of a list, term by term. */
  private static List<Hit> plain(
      List<QuantizedDocument> model, int count, SparseVector vector, int k) {
    QuantizedQuery query = QuantizedQuery.of(vector);
    Map<Integer, Integer> weights = new HashMap<>();
    for (int i = 0; i < vector.size(); i++) {
      weights.put(((TermIdVector) vector).termId(i), query.weight(i));
    }
    TopK top = new TopK(k);
    for (int document = 0; document < count; document++) {
      QuantizedVector terms = model.get(document).vector();
      long sum = 0;
      for (int i = 0; i < terms.size(); i++) {
        sum +=
            (long) weights.getOrDefault(terms.termId(i), 0)
                * (terms.impact(i) * 256L + terms.residual(i));
      }
      if (sum > 0) {
        top.offer(QuantizedQuery.refinedScore(sum, terms.scale(), query.scoreScale()), document);
      }
    }
    return drain(top);
  }
}
