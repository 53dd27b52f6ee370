package io.siskin.server.search;

import static io.siskin.server.search.Evaluations.acceptedSet;
import static io.siskin.server.search.Evaluations.hits;
import static io.siskin.server.search.Evaluations.oracle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.DocumentStore;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments of several kinds and sizes under one search. */
final class SearchScopeTest {
  private static final int[] SIZES = {300, 900, 700};
  private static final int VISIBLE = 150;

  private final Random random = new Random(Seeds.next());
  private final List<Segment> opened = new ArrayList<>();
  private final List<SparseVector> queries = new ArrayList<>();
  private SearchScope scope;
  @TempDir Path directory;

  /** A small segment, a large one, and one that grows, of which not all documents are visible. */
  @BeforeEach
  void open() throws IOException {
    for (int size : SIZES) {
      RandomCollection collection =
          RandomCollection.draw(new RandomCollection.Shape(size, 40, 8, 4, 3, true), random);
      Path folder = directory.resolve("s" + size);
      collection.build(folder, BuildOptions.DEFAULTS.withThreads(1));
      opened.add(Segment.open(folder, Verification.FULL));
      queries.addAll(collection.queries());
    }
    List<SearchableSegment> segments =
        new ArrayList<>(MappedSegment.of(opened.subList(0, 2), KernelProvider.current()));
    segments.add(new FakeGrowingSegment(opened.get(2), VISIBLE));
    scope = SearchScope.of(segments);
  }

  @AfterEach
  void release() {
    opened.forEach(Segment::release);
  }

  @RepeatedTest(3)
  void theAnswerDoesNotDependOnTheOrderOfEvaluation() {
    assertThat(new int[] {scope.evaluated(0), scope.evaluated(1), scope.evaluated(2)})
        .containsExactly(1, 0, 2);
    Searcher searcher = new Searcher(scope);
    for (SparseVector query : queries) {
      List<@Nullable DocumentSet> accepted = new ArrayList<>();
      List<Hit> expected = new ArrayList<>();
      for (int i = 0; i < scope.size(); i++) {
        accepted.add(acceptedSet(scope.segment(i).documentCount(), random));
        int base = scope.positions().base(i);
        int visible = scope.segment(i).documentCount();
        for (Hit hit : oracle(opened.get(i), query, 10_000)) {
          DocumentSet set = accepted.get(i);
          if (hit.document() < visible && (set == null || set.contains(hit.document()))) {
            expected.add(new Hit(base + hit.document(), hit.score()));
          }
        }
      }
      expected.sort(Hit.BEST_FIRST);
      int k = 1 + random.nextInt(100);
      searcher.search(
          scope.accepting(accepted),
          QuantizedQuery.of(query),
          Collections.nCopies(scope.size(), new SearchMode.Exact()),
          k,
          Cancellation.NEVER);
      assertThat(hits(searcher)).isEqualTo(expected.subList(0, Math.min(k, expected.size())));
    }
  }

  /** Two snapshots with a segment in common search it with the same scratch memory. */
  @Test
  void searchersOfASegmentOutliveASnapshot() {
    SearchableSegment shared = scope.segment(0);
    SegmentSearcher first = shared.takeSearcher();
    SegmentSearcher second = shared.takeSearcher();
    assertThat(second).isNotSameAs(first);
    shared.giveBack(first);
    QuantizedQuery query = QuantizedQuery.of(queries.getFirst());
    for (SearchScope snapshot : List.of(scope, SearchScope.of(List.of(shared)))) {
      new Searcher(snapshot).search(query, new SearchMode.Exact(), 10, Cancellation.NEVER);
      assertThat(shared.takeSearcher()).isSameAs(first);
      shared.giveBack(first);
    }
  }

  /** What an interrupted search has borrowed is neither lent again nor used by the next search. */
  @Test
  void aSearchThatWasInterruptedGivesNothingBack() {
    SearchableSegment segment = scope.segment(1);
    SegmentSearcher first = segment.takeSearcher();
    segment.giveBack(first);
    Searcher searcher = new Searcher(SearchScope.of(List.of(segment)));
    QuantizedQuery query = QuantizedQuery.of(queries.getFirst());
    List<SearchRoute> direct = List.of(new SearchRoute.Direct());
    assertThatThrownBy(
            () -> searcher.search(query, direct, 10, Cancellation.whenCancelled(() -> true)))
        .isInstanceOf(QueryCancelledException.class);
    searcher.search(query, direct, 10, Cancellation.NEVER);
    assertThat(segment.takeSearcher()).isNotSameAs(first);
  }

  /** What is fetched and explained through the interface is what the files say. */
  @Test
  void aMappedSegmentReadsItsFiles() throws IOException {
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(100, 40, 8, 4, 1 << 20, true), random);
    Path folder = directory.resolve("refined");
    collection.build(folder, BuildOptions.DEFAULTS.withResiduals(true).withThreads(1));
    Segment segment = Segment.open(folder, Verification.FULL);
    opened.add(segment);
    MappedSegment mapped = new MappedSegment(segment, KernelProvider.current());
    SearchableSegment.RecordReader records = mapped.records();
    ForwardIndex.Cursor cursor = segment.forward().cursor();
    try (SearchableSegment.FieldReader fields = mapped.openFields();
        DocumentStore.FieldReader stored = segment.documents().openFields()) {
      for (int document = 0; document < mapped.documentCount(); document++) {
        assertThat(mapped.externalId(document)).isEqualTo(segment.documents().externalId(document));
        assertThat(mapped.storedLengthBytes(document))
            .isEqualTo(segment.documents().storedLengthBytes(document));
        assertThat(fields.fields(document, _ -> true))
            .isEqualTo(stored.fields(document, _ -> true));
        records.moveTo(document);
        cursor.moveTo(document);
        for (int posting = 0; cursor.next(); posting++) {
          assertThat(records.next()).isTrue();
          assertThat(records.termNumber()).isEqualTo(cursor.termNumber());
          assertThat(mapped.termName(records.termNumber()))
              .isEqualTo(segment.terms().name(cursor.termNumber()));
          assertThat(records.fineImpact())
              .isEqualTo(
                  cursor.impact() * ResidualLayout.STEPS
                      + segment.residuals().residual(document, posting));
          assertThat(records.scale()).isEqualTo(cursor.scale());
        }
        assertThat(records.next()).isFalse();
      }
    }
  }

  @Test
  void setsOfOtherSegmentsAreRefused() {
    assertThatThrownBy(() -> scope.accepting(List.of(DocumentSet.all(1))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("3, one per segment");
    assertThatThrownBy(() -> scope.accepting(Arrays.asList(null, DocumentSet.all(899), null)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("set 1 is 899; allowed: 900");
  }

  @Test
  void aSetOfAllDocumentsIsAsGoodAsNone() {
    SearchScope filtered = scope.accepting(Arrays.asList(DocumentSet.all(300), null, null));
    assertThat(filtered.accepted(0)).isNull();
  }
}
