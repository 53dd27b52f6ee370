package io.siskin.server.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.ImpactOrderedOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.SegmentBuilder;
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
import io.siskin.server.measure.GroundTruth;
import io.siskin.server.measure.OracleTruth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Equal scores are in the order of indexing, however the documents were numbered and however they
 * were cut into segments.
 */
final class TieOrderTest {
  private static final int[] KS = {1, 3, 10, 64, 200, 3_000};

  @TempDir Path directory;
  private final List<Segment> opened = new ArrayList<>();

  @AfterEach
  void release() {
    opened.forEach(Segment::release);
  }

  @RepeatedTest(8)
  void theListIsTheSameHoweverDocumentsAreNumberedAndCutIntoSegments() throws IOException {
    Random random = new Random(Seeds.next());
    // Few weights and few terms: nearly every score is one of many equal ones.
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(
                200 + random.nextInt(1_500),
                3 + random.nextInt(30),
                3,
                2,
                1 + random.nextInt(3),
                random.nextBoolean()),
            random);
    boolean residuals = random.nextBoolean();
    List<Segment> plain = build(collection, 1, false, residuals, random);
    List<Segment> cut = build(collection, 1 + random.nextInt(4), true, residuals, random);
    Searcher one = new Searcher(SearchScope.mapped(plain, KernelProvider.current()));
    Searcher other = new Searcher(SearchScope.mapped(cut, KernelProvider.current()));
    for (SparseVector vector : collection.queries()) {
      QuantizedQuery query = QuantizedQuery.of(vector);
      for (int k : KS) {
        List<String> expected = ids(one, plain, query, new SearchMode.Exact(), k);
        assertThat(ids(other, cut, query, new SearchMode.Exact(), k)).isEqualTo(expected);
        assertThat(ids(other, cut, query, UNPRUNED, k)).isEqualTo(expected);
        assertThat(ids(other, cut, query, NO_FLOORS, k)).isEqualTo(expected);
      }
    }
  }

  /** What a filtered search finds is what an unfiltered one finds, without the rest. */
  @RepeatedTest(8)
  void theListIsThatOfTheAcceptedDocuments() throws IOException {
    Random random = new Random(Seeds.next());
    int documents = 200 + random.nextInt(1_500);
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(
                documents, 3 + random.nextInt(60), 5, 2, 1 + random.nextInt(3), true),
            random);
    boolean residuals = random.nextBoolean();
    List<Segment> plain = build(collection, 1, false, residuals, random);
    List<Segment> cut = build(collection, 1 + random.nextInt(4), true, residuals, random);
    List<List<Segment>> numberings = List.of(plain, cut);
    List<SearchScope> scopes =
        numberings.stream()
            .map(segments -> SearchScope.mapped(segments, KernelProvider.current()))
            .toList();
    Searcher searcher = new Searcher(scopes.getFirst());
    for (SparseVector vector : collection.queries()) {
      QuantizedQuery query = QuantizedQuery.of(vector);
      List<String> unfiltered = ids(searcher, plain, query, new SearchMode.Exact(), documents);
      DocumentSet accepted = Evaluations.acceptedSet(documents, random);
      Set<String> ids = acceptedIds(plain.getFirst(), accepted);
      int k = KS[random.nextInt(KS.length)];
      List<String> expected = unfiltered.stream().filter(ids::contains).limit(k).toList();
      for (SearchRoute route :
          List.of(new SearchMode.Exact(), new SearchRoute.Direct(), UNPRUNED, NO_FLOORS)) {
        for (int i = 0; i < numberings.size(); i++) {
          List<Segment> segments = numberings.get(i);
          SearchScope filtered = scopes.get(i).accepting(setsOf(segments, ids));
          List<SearchRoute> routes = Collections.nCopies(segments.size(), route);
          searcher.search(filtered, query, routes, k, Cancellation.NEVER);
          assertThat(ids(searcher, segments))
              .as("%s, %s of %d segments", route, accepted, segments.size())
              .isEqualTo(expected);
        }
      }
    }
  }

  private static Set<String> acceptedIds(Segment segment, @Nullable DocumentSet accepted) {
    Set<String> ids = new HashSet<>();
    for (int document = 0; document < segment.statistics().documentCount(); document++) {
      if (accepted == null || accepted.contains(document)) {
        ids.add(segment.documents().externalId(document));
      }
    }
    return ids;
  }

  private static List<@Nullable DocumentSet> setsOf(List<Segment> segments, Set<String> ids) {
    List<@Nullable DocumentSet> sets = new ArrayList<>();
    for (Segment segment : segments) {
      int documents = segment.statistics().documentCount();
      DocumentSet.Builder builder = DocumentSet.builder(documents);
      for (int document = 0; document < documents; document++) {
        if (ids.contains(segment.documents().externalId(document))) {
          builder.add(document);
        }
      }
      sets.add(builder.build());
    }
    return sets;
  }

  @RepeatedTest(20)
  void queryTermsAreSorted() {
    Random random = new Random(Seeds.next());
    int count = random.nextInt(random.nextBoolean() ? 100 : 6_000);
    long[] keys = random.longs(count + 3, 0, 1 + random.nextInt(1 << 20)).toArray();
    long[] expected = keys.clone();
    Arrays.sort(expected, 0, count);
    SegmentQuery.sort(keys, count);
    assertThat(keys).isEqualTo(expected);
  }

  /** Without this the test above would show nothing. */
  @Test
  void reorderingChangesTheNumbersOfTiedDocuments() throws IOException {
    Random random = new Random(5);
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(400, 5, 3, 2, 1, true), random);
    List<Segment> reordered = build(collection, 1, true, false, random);
    Searcher searcher = new Searcher(SearchScope.mapped(reordered, KernelProvider.current()));
    int descents = 0;
    for (SparseVector vector : collection.queries()) {
      searcher.search(QuantizedQuery.of(vector), new SearchMode.Exact(), 100, Cancellation.NEVER);
      for (int rank = 1; rank < searcher.size(); rank++) {
        if (searcher.score(rank) == searcher.score(rank - 1)
            && searcher.documentNumber(rank) < searcher.documentNumber(rank - 1)) {
          descents++;
        }
      }
    }
    assertThat(descents).isPositive();
  }

  @Test
  void theTruthOfMeasurementsBreaksTiesAlike() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(600, 8, 3, 2, 2, true), random);
    List<Segment> cut = build(collection, 3, true, false, random);
    List<QuantizedQuery> queries = collection.queries().stream().map(QuantizedQuery::of).toList();
    GroundTruth truth = OracleTruth.compute(cut, queries, 20, done -> {});
    Searcher searcher = new Searcher(SearchScope.mapped(cut, KernelProvider.current()));
    for (int i = 0; i < queries.size(); i++) {
      searcher.search(queries.get(i), new SearchMode.Exact(), 20, Cancellation.NEVER);
      assertThat(searcher.size()).isEqualTo(truth.size(i));
      for (int rank = 0; rank < searcher.size(); rank++) {
        assertThat(searcher.documentNumber(rank)).isEqualTo(truth.row(i, rank));
      }
    }
  }

  private static final SearchMode UNPRUNED =
      new SearchMode.Clustered(SearchMode.Clustered.QUERY_CUT_MAX, Float.MIN_VALUE, true);
  private static final SearchMode NO_FLOORS = new SearchMode.ScoreAtATime(0, 0, 0, 0);

  private static List<String> ids(
      Searcher searcher, List<Segment> segments, QuantizedQuery query, SearchMode mode, int k) {
    searcher.search(query, mode, k, Cancellation.NEVER);
    return ids(searcher, segments);
  }

  private static List<String> ids(Searcher searcher, List<Segment> segments) {
    List<String> ids = new ArrayList<>();
    for (int rank = 0; rank < searcher.size(); rank++) {
      Segment segment = segments.get(searcher.segment(rank));
      ids.add(segment.documents().externalId(searcher.segmentDocumentNumber(rank)));
    }
    return ids;
  }

  private List<Segment> build(
      RandomCollection collection,
      int segmentCount,
      boolean reordered,
      boolean residuals,
      Random random)
      throws IOException {
    BuildOptions options =
        new BuildOptions(
            new Weighting.AsGiven(),
            new Quantization.PerDocument(),
            reordered
                ? new Reordering.GraphBisection(5, 1, 2 + random.nextInt(8))
                : new Reordering.None(),
            new BuildOptions.Structures(
                true,
                residuals,
                BlockMaxOptions.DEFAULTS,
                new ImpactOrderedOptions(1e9, 1, 64),
                new ClusterOptions(ClusterOptions.UNLIMITED, 1, 1, 5, 0.2, 15, 2, 0.4, 0, 1),
                false),
            1);
    List<Segment> segments = new ArrayList<>();
    int documents = collection.documents().size();
    for (int i = 0; i < segmentCount; i++) {
      Path folder = Files.createTempDirectory(directory, "segment");
      try (SegmentBuilder builder = new SegmentBuilder(folder, options, BuildProgress.NONE)) {
        for (int d = i * documents / segmentCount; d < (i + 1) * documents / segmentCount; d++) {
          builder.add("d" + d, collection.documents().get(d), Map.of());
        }
        builder.finish();
      }
      Segment segment = Segment.open(folder, Verification.FULL);
      opened.add(segment);
      segments.add(segment);
    }
    return segments;
  }
}
