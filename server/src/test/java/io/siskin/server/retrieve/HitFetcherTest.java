package io.siskin.server.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.DeletedFrequencies;
import io.siskin.server.collection.OpenSegment;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.retrieve.RetrievalResponse.Hit;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.SearchStats;
import io.siskin.server.search.Searcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The work of fetching is bounded by the deadline and by the bytes of the response. */
final class HitFetcherTest {
  private static final int DOCUMENTS = 200;
  private static final List<String> ALL = List.of("*");

  @TempDir Path directory;
  private List<Segment> segments;
  private Searcher searcher;
  private QuantizedQuery query;

  @BeforeEach
  void search() throws IOException {
    Random random = new Random(Seeds.next());
    for (String name : List.of("one", "two")) {
      RandomCollection.draw(new RandomCollection.Shape(DOCUMENTS, 60, 20, 3, 1 << 20, true), random)
          .build(directory.resolve(name), BuildOptions.DEFAULTS.withThreads(1));
    }
    segments =
        List.of(
            Segment.open(directory.resolve("one"), Verification.FULL),
            Segment.open(directory.resolve("two"), Verification.FULL));
    searcher = new Searcher(SearchScope.mapped(segments, KernelProvider.current()));
    query = QuantizedQuery.of(everyTerm());
    searcher.search(query, new SearchMode.Exact(), 2 * DOCUMENTS, Cancellation.NEVER);
    assertThat(searcher.size()).isGreaterThan(DOCUMENTS);
  }

  @AfterEach
  void close() {
    segments.forEach(Segment::release);
  }

  @Test
  void theDeadlineIsAskedBeforeEachHit() {
    AtomicInteger asked = new AtomicInteger();
    fetch(ALL, true, counting(asked, Integer.MAX_VALUE), Long.MAX_VALUE);
    assertThat(asked).hasValue(searcher.size());

    asked.set(0);
    assertThatThrownBy(() -> fetch(ALL, true, counting(asked, 5), Long.MAX_VALUE))
        .isInstanceOf(QueryCancelledException.class);
    assertThat(asked).hasValue(5);
  }

  @Test
  void whatFitsIsNeverRefused() {
    for (List<String> fields : List.of(List.<String>of(), List.of("n"), ALL)) {
      for (boolean explain : new boolean[] {false, true}) {
        List<Hit> hits = fetch(fields, explain, Cancellation.NEVER, Long.MAX_VALUE);
        int lengthBytes =
            ProtoMapper.toProto(
                    new RetrievalResponse(
                        hits,
                        new SearchMode.Exact(),
                        new RetrievalResponse.StageNanos(0, 0, 0, 0),
                        new SearchStats(0, 0, 0, 0, 0, 0, 0),
                        0,
                        1),
                    0,
                    System.nanoTime())
                .getSerializedSize();
        assertThat(fetch(fields, explain, Cancellation.NEVER, lengthBytes)).isEqualTo(hits);
        // A tenth is for what is counted too low: lengths above 127, and what is around the hits.
        assertThatThrownBy(() -> fetch(fields, explain, Cancellation.NEVER, lengthBytes * 9L / 10))
            .isInstanceOf(ResponseTooLargeException.class);
      }
    }
  }

  @Test
  void fieldsThatCannotFitAreRefusedBeforeTheFirstIsRead() {
    AtomicInteger asked = new AtomicInteger();
    ResponseTooLargeException error =
        catchThrowableOfType(
            ResponseTooLargeException.class,
            () -> fetch(ALL, true, counting(asked, Integer.MAX_VALUE), 1_000));
    long storedBytes = 0;
    for (int rank = 0; rank < searcher.size(); rank++) {
      storedBytes +=
          segments
              .get(searcher.segment(rank))
              .documents()
              .storedLengthBytes(searcher.segmentDocumentNumber(rank));
    }

    assertThat(asked).hasValue(0);
    assertThat(error.lengthBytes()).isEqualTo(storedBytes).isGreaterThan(5_000);
    assertThat(error.lengthBytesMax()).isEqualTo(1_000);
  }

  @Test
  void explanationsEndWhereTheyGrowTooLong() {
    AtomicInteger asked = new AtomicInteger();
    assertThatThrownBy(() -> fetch(List.of(), true, counting(asked, Integer.MAX_VALUE), 1_000))
        .isInstanceOf(ResponseTooLargeException.class);
    assertThat(asked.get()).isLessThan(100);
  }

  private List<Hit> fetch(
      List<String> fields, boolean explain, Cancellation cancellation, long responseBytesMax) {
    RetrievalRequest request =
        new RetrievalRequest(
            "books",
            new RetrievalRequest.Query.Vector(TokenVector.EMPTY),
            2 * DOCUMENTS,
            Evaluation.BY_DEFAULT,
            fields,
            explain);
    try (HitFetcher fetcher =
        new HitFetcher(parts(), query, request, cancellation, responseBytesMax)) {
      return fetcher.fetch(searcher);
    }
  }

  private List<SnapshotPart> parts() {
    return segments.stream()
        .map(segment -> new OpenSegment(segment, null, 0, false))
        .map(
            open ->
                new SnapshotPart(
                    open.searchable(), open.documents(), null, DeletedFrequencies.NONE, open))
        .toList();
  }

  /** Counts how often it is asked, and cancels when it is asked for the given time. */
  private static Cancellation counting(AtomicInteger asked, int cancelAt) {
    return Cancellation.whenCancelled(() -> asked.incrementAndGet() == cancelAt);
  }

  private static SparseVector everyTerm() {
    Map<String, Float> weights = new HashMap<>();
    for (int term = 0; term < 60; term++) {
      weights.put("t" + term, 1 + term / 10f);
    }
    return TokenVector.of(weights);
  }
}
