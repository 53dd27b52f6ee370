package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.LogState;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.collection.WriteOptions;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.log.CorruptLogException;
import io.siskin.server.retrieve.CollectionDescription.LengthDescription;
import io.siskin.server.retrieve.DocumentReads;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.retrieve.StoredDocument;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.search.SearchMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Collections that are made, written, searched and removed in one process. */
@Timeout(120)
final class LiveCollectionsTest {
  private static final CollectionSettings WITH_YEAR =
      new CollectionSettings(
          new Schema(
              List.of(
                  new Schema.Field("year", FieldType.INT64),
                  new Schema.Field("tags", FieldType.STRING_LIST)),
              null),
          StorageOptions.DEFAULTS,
          WriteOptions.DEFAULTS,
          null);

  @TempDir private Path folder;

  private static DocumentInput vector(String id, int term, float weight, long year) {
    return new DocumentInput(
        id,
        TermIdVector.of(new int[] {term, 1000}, new float[] {weight, 0.25f}),
        null,
        Map.of("year", new FieldValue.Whole(year), "note", new FieldValue.Text("n" + id)));
  }

  private static DocumentInput text(String id, String text) {
    return new DocumentInput(id, null, text, Map.of());
  }

  private static List<String> search(LiveServer server, String name, int term) {
    return response(
            server,
            name,
            new RetrievalRequest.Query.Vector(TermIdVector.of(new int[] {term}, new float[] {1})))
        .hits()
        .stream()
        .map(RetrievalResponse.Hit::id)
        .toList();
  }

  private static RetrievalResponse response(
      LiveServer server, String name, RetrievalRequest.Query query) {
    return server.retrieval.retrieve(
        new RetrievalRequest(
            name, query, 10, new Evaluation.InMode(new SearchMode.Exact()), List.of("*"), false),
        Cancellation.NEVER);
  }

  @Test
  void writesAreSeenReplacedAndDeleted() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      List<WriteResult> results =
          server.upsert("birds", vector("a", 1, 1, 2020), vector("b", 1, 2, 2021));
      assertThat(results)
          .containsExactly(
              new WriteResult(WriteOutcome.CREATED, 1, null),
              new WriteResult(WriteOutcome.CREATED, 2, null));
      assertThat(search(server, "birds", 1)).containsExactly("b", "a");

      assertThat(server.upsert("birds", vector("b", 2, 1, 2022)).getFirst().outcome())
          .isEqualTo(WriteOutcome.REPLACED);
      assertThat(search(server, "birds", 1)).containsExactly("a");
      assertThat(search(server, "birds", 2)).containsExactly("b");

      WriteResult updated =
          server
              .update(
                  "birds",
                  new FieldsUpdate(
                      "b", Map.of("year", new FieldValue.Whole(1999)), List.of("note")))
              .getFirst();
      assertThat(updated).isEqualTo(new WriteResult(WriteOutcome.UPDATED, 4, null));
      StoredDocument read =
          server
              .reader
              .get(
                  "birds",
                  "",
                  List.of("b", "x"),
                  LiveServer.ALL,
                  Long.MAX_VALUE,
                  Cancellation.NEVER)
              .getFirst();
      assertThat(read.fields()).isEqualTo(Map.of("year", new FieldValue.Whole(1999)));
      assertThat(read.position()).isEqualTo(4);

      assertThat(
              server.reader.count(
                  "birds", "", new Selector.Expression("year < 2000"), Cancellation.NEVER))
          .isEqualTo(1);
      assertThat(server.delete("birds", new Selector.Expression("year < 2000")))
          .isEqualTo(new Deletion(1, 5));
      assertThat(server.delete("birds", new Selector.Ids(List.of("b", "zz"))))
          .isEqualTo(new Deletion(0, 0));
      assertThat(search(server, "birds", 2)).isEmpty();
      assertThat(server.reader.count("birds", "", new Selector.All(), Cancellation.NEVER))
          .isEqualTo(1);
    }
  }

  @Test
  void oneBadDocumentDoesNotKeepTheOthersOut() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      List<WriteResult> results =
          server.upsert(
              "birds",
              vector("a", 1, 1, 1),
              text("b", "a text"),
              new DocumentInput(
                  "c", TermIdVector.EMPTY, null, Map.of("year", new FieldValue.Text("soon"))));
      assertThat(results)
          .extracting(WriteResult::outcome)
          .containsExactly(WriteOutcome.CREATED, WriteOutcome.REFUSED, WriteOutcome.REFUSED);
      assertThat(results.get(1).refusal()).hasMessageContaining("documents[1]: vector is missing");
      assertThat(results.get(2).refusal()).hasMessageContaining("year");
    }
  }

  @Test
  void sealingMergingAndReopeningChangeNothing() throws IOException {
    List<StoredDocument> before;
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      for (int i = 0; i < 1_000; i++) {
        server.upsert("birds", vector("d" + i % 700, i % 7, 1 + i % 5, i));
      }
      before = server.documents("birds", new Selector.All(), 37);
      assertThat(before).hasSize(700);
      List<String> found = search(server, "birds", 3);
      server.live.compact("birds").join();
      assertThat(server.documents("birds", new Selector.All(), 1_000))
          .usingRecursiveComparison()
          .isEqualTo(before);
      assertThat(search(server, "birds", 3)).isEqualTo(found);
    }
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
      assertThat(server.documents("birds", new Selector.All(), 1_000))
          .usingRecursiveComparison()
          .isEqualTo(before);
      assertThat(server.catalog.acquire("birds").segments()).hasSize(1);
    }
  }

  @Test
  void textsAreEncodedAndWeighedByWhatIsThere() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", CollectionSettings.DEFAULTS, new Bm25Spec(new AnalyzerSpec.English()));
      server.upsert(
          "birds",
          text("siskin", "a small finch"),
          text("osprey", "a bird that eats fish"),
          text("kite", "a red bird"));
      RetrievalResponse found =
          response(server, "birds", new RetrievalRequest.Query.Text("fish birds"));
      assertThat(found.hits())
          .extracting(RetrievalResponse.Hit::id)
          .containsExactly("osprey", "kite");
      assertThat(found.hits().getFirst().fields()).containsEntry("text", "a bird that eats fish");
      float before = found.hits().get(1).score();
      server.delete("birds", new Selector.Ids(List.of("osprey")));
      // With one bird less, 'bird' is rarer than it was.
      assertThat(
              response(server, "birds", new RetrievalRequest.Query.Text("birds"))
                  .hits()
                  .getFirst()
                  .score())
          .isNotEqualTo(before);
    }
  }

  @Test
  void aliasesAndSnapshots() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("first", WITH_YEAR, new VectorSpec());
      server.upsert("first", vector("a", 1, 1, 1));
      assertThat(server.live.setAlias("birds", "first").join()).isEmpty();
      server.upsert("birds", vector("b", 1, 2, 1));
      assertThat(search(server, "birds", 1)).containsExactly("b", "a");

      server.live.createSnapshot("birds", "one").join();
      server.delete("birds", new Selector.All());
      assertThat(search(server, "birds", 1)).isEmpty();
      server.live.restore("birds", "one", "second").join();
      assertThat(server.live.setAlias("birds", "second").join()).contains("first");
      assertThat(search(server, "birds", 1)).containsExactly("b", "a");
      server.upsert("birds", vector("c", 1, 3, 1));
      assertThat(search(server, "birds", 1)).containsExactly("c", "b", "a");

      assertThatThrownBy(() -> server.live.drop("second").join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(CollectionNotWritableException.class);
      assertThatThrownBy(
              () -> server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec()))
          .hasCauseInstanceOf(NameTakenException.class);
      server.live.drop("first").join();
      assertThat(server.catalog.names()).containsExactly("second");
      server.live.deleteAlias("birds").join();
      server.live.drop("second").join();
      assertThat(server.catalog.names()).isEmpty();
    }
  }

  @Test
  void aDeletionThatIsGivenUpHalfwayDeletesNothing() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      server.upsert("birds", vector("a", 1, 1, 1), vector("b", 1, 2, 1));
      // The writer asks once before it begins, and then while it looks for what matches.
      AtomicInteger asked = new AtomicInteger();
      Cancellation halfway = Cancellation.whenCancelled(() -> asked.incrementAndGet() > 1);
      CompletableFuture<Deletion> deletion =
          server.live.delete(
              "birds", "", new Selector.Expression("year = 1"), WaitFor.SEARCHABLE, halfway);
      assertThatThrownBy(deletion::join).hasCauseInstanceOf(QueryCancelledException.class);
      assertThat(asked).hasValueGreaterThan(1);
      assertThat(server.upsert("birds", vector("c", 1, 3, 1)))
          .containsExactly(new WriteResult(WriteOutcome.CREATED, 3, null));
      assertThat(search(server, "birds", 1)).containsExactly("c", "b", "a");
    }
  }

  @Test
  void theFirstVectorSaysHowTermsAreNamed() throws IOException {
    DocumentInput byToken =
        new DocumentInput(
            "t", TokenVector.of(new String[] {"finch"}, new float[] {1}), null, Map.of());
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      DocumentInput empty = new DocumentInput("e", TermIdVector.EMPTY, null, Map.of());
      List<WriteResult> results =
          server.upsert("birds", empty, vector("a", 1, 1, 1), byToken, vector("b", 1, 2, 1));
      assertThat(results)
          .extracting(WriteResult::outcome)
          .containsExactly(
              WriteOutcome.CREATED,
              WriteOutcome.CREATED,
              WriteOutcome.REFUSED,
              WriteOutcome.CREATED);
      assertThat(results.get(2).refusal())
          .hasMessageContaining("documents[2]: vector is keyed by token")
          .hasMessageContaining("term ids, as in the collection");
      assertThat(server.upsert("birds", byToken).getFirst().outcome())
          .isEqualTo(WriteOutcome.REFUSED);
      server.live.closeUnsealed();
    }
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      assertThat(search(server, "birds", 1)).containsExactly("b", "a");
      server.delete("birds", new Selector.All());
      server.live.compact("birds").join();
      // Nothing is left that names its terms, so the next document may name them otherwise.
      assertThat(server.upsert("birds", byToken).getFirst().outcome())
          .isEqualTo(WriteOutcome.CREATED);
    }
  }

  private static WriteResult refused(List<WriteResult> results) {
    assertThat(results).extracting(WriteResult::outcome).containsExactly(WriteOutcome.REFUSED);
    return results.getFirst();
  }

  private static DocumentInput withFields(String id, Map<String, FieldValue> fields) {
    return new DocumentInput(id, TermIdVector.EMPTY, null, fields);
  }

  @Test
  void fieldsThatNoSegmentTakesAreRefused() throws IOException {
    FieldValue long9 = new FieldValue.Text("x".repeat(9 << 20));
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      assertThat(
              refused(server.upsert("birds", withFields("a", Map.of("p", long9, "q", long9))))
                  .refusal())
          .hasMessageContaining("documents[0]: stored fields of document 'a' is 18874380 bytes");
      // A document can also get too long bit by bit.
      server.upsert("birds", withFields("a", Map.of("p", long9)));
      assertThat(
              refused(server.update("birds", new FieldsUpdate("a", Map.of("q", long9), List.of())))
                  .refusal())
          .hasMessageContaining("allowed: at most 16777216 bytes");
      server.live.flush("birds").join();
      assertThat(server.documents("birds", new Selector.All(), 10).getFirst().fields())
          .containsOnlyKeys("p");
    }
  }

  private static DocumentInput titled(String id, String title, String text) {
    return new DocumentInput(id, null, text, Map.of("title", new FieldValue.Text(title)));
  }

  private static CollectionSettings withTitle(FieldType type) {
    return new CollectionSettings(
        new Schema(List.of(new Schema.Field("title", type)), null),
        StorageOptions.DEFAULTS,
        WriteOptions.DEFAULTS,
        null);
  }

  private static List<String> textSearch(LiveServer server, String text) {
    return response(server, "birds", new RetrievalRequest.Query.Text(text)).hits().stream()
        .map(RetrievalResponse.Hit::id)
        .toList();
  }

  private static FieldsUpdate setField(String name, String value) {
    return new FieldsUpdate("a", Map.of(name, new FieldValue.Text(value)), List.of());
  }

  /** A search would go on to find the old title, and not the new one. */
  @Test
  void fieldsThatAreEncodedAreNotUpdated() throws IOException {
    for (CollectionSettings settings :
        List.of(CollectionSettings.DEFAULTS, withTitle(FieldType.STRING))) {
      try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
        server.create("birds", settings, new Bm25Spec(new AnalyzerSpec.English()));
        server.upsert("birds", titled("a", "Siskin", "a small finch"));
        assertThat(textSearch(server, "siskin")).as("the title is encoded").containsExactly("a");
        FieldsUpdate removal = new FieldsUpdate("a", Map.of(), List.of("title"));
        for (FieldsUpdate update : List.of(setField("title", "Finch"), removal)) {
          assertThat(refused(server.update("birds", update)).refusal())
              .hasMessageContaining(
                  "field is 'title'; allowed: another one, since the collection encodes it before"
                      + " the text: upsert the document");
        }
        assertThat(refused(server.update("birds", setField("text", "x"))).refusal())
            .hasMessageContaining("field is 'text'; allowed: another one");
        server.update("birds", setField("note", "seen"));
        server.upsert("birds", titled("a", "Moth", "an insect"));
        assertThat(textSearch(server, "siskin")).isEmpty();
        assertThat(textSearch(server, "moth")).containsExactly("a");
        server.live.drop("birds").join();
      }
    }
  }

  @Test
  void titlesThatAreNotEncodedAreUpdated() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      server.upsert("birds", withFields("a", Map.of("title", new FieldValue.Text("Siskin"))));
      assertThat(server.update("birds", setField("title", "Finch")).getFirst().outcome())
          .isEqualTo(WriteOutcome.UPDATED);
      assertThat(refused(server.update("birds", setField("text", "x"))).refusal())
          .hasMessageContaining("since the vector goes with it");

      server.create("years", withTitle(FieldType.INT64), new Bm25Spec(new AnalyzerSpec.English()));
      FieldValue year = new FieldValue.Whole(1984);
      server.upsert("years", new DocumentInput("a", null, "a book", Map.of("title", year)));
      FieldsUpdate update =
          new FieldsUpdate("a", Map.of("title", new FieldValue.Whole(1985)), List.of());
      assertThat(server.update("years", update).getFirst().outcome())
          .as("a number is not encoded")
          .isEqualTo(WriteOutcome.UPDATED);
    }
  }

  @Test
  void theAverageLengthIsToldAsItWasPinnedAndAsItIs() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create(
          "birds",
          CollectionSettings.DEFAULTS,
          new Bm25Spec(new AnalyzerSpec.Whitespace(), 0.9, 0.4, 5));
      assertThat(lengths(server, "birds")).isEqualTo(new LengthDescription(5.0, null));
      server.upsert("birds", text("a", "one two three"), text("b", "one one"), text("c", ""));
      server.upsert("birds", text("d", "one two three four five six"));
      for (int round = 0; round < 3; round++) {
        assertThat(lengths(server, "birds")).isEqualTo(new LengthDescription(5.0, 11 / 4.0));
        if (round < 2) {
          server.live.flush("birds").join();
        }
      }
      server.delete("birds", new Selector.Ids(List.of("b")));
      server.upsert("birds", text("e", "one"));
      assertThat(lengths(server, "birds")).isEqualTo(new LengthDescription(5.0, 10 / 4.0));
      server.live.compact("birds").join();
      assertThat(lengths(server, "birds")).isEqualTo(new LengthDescription(5.0, 10 / 4.0));

      server.create("vectors", WITH_YEAR, new VectorSpec());
      server.upsert("vectors", vector("a", 1, 1, 1));
      assertThat(lengths(server, "vectors")).isEqualTo(LengthDescription.NONE);
    }
  }

  private static LengthDescription lengths(LiveServer server, String name) {
    return server.retrieval.collection(name).storage().lengths();
  }

  @Test
  void namesThatNoSegmentHasRoomForAreRefused() throws IOException {
    Map<String, FieldValue> all = new HashMap<>();
    for (int i = 0; i < FormatV1.FIELD_COUNT_MAX; i++) {
      all.put("f" + i, new FieldValue.Text("x"));
    }
    Map<String, FieldValue> known = Map.of("f7", new FieldValue.Text("y"));
    Map<String, FieldValue> another = Map.of("g", new FieldValue.Text("z"));
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      server.upsert("birds", withFields("a", all));
      assertThat(refused(server.upsert("birds", withFields("b", another))).refusal())
          .hasMessageContaining("distinct field names is 65536; allowed: at most 65535");
      server.live.flush("birds").join();
      server.upsert("birds", withFields("b", known));
      assertThat(
              refused(server.update("birds", new FieldsUpdate("b", another, List.of()))).refusal())
          .hasMessageContaining("distinct field names");
      server.live.compact("birds").join();
      assertThat(server.documents("birds", new Selector.All(), 10).getLast().fields())
          .isEqualTo(known);
    }
  }

  @Test
  void aCollectionThatStoresNoFieldsGetsNoneByUpdates() throws IOException {
    StorageOptions storage = StorageOptions.DEFAULTS;
    BuildOptions.Structures structures = storage.structures();
    CollectionSettings settings =
        new CollectionSettings(
            WITH_YEAR.schema(),
            new StorageOptions(
                storage.quantization(),
                new BuildOptions.Structures(
                    true,
                    structures.residuals(),
                    structures.blockMax(),
                    structures.impacts(),
                    null,
                    false),
                storage.reordering()),
            WriteOptions.DEFAULTS,
            null);
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", settings, new VectorSpec());
      server.upsert("birds", vector("a", 1, 1, 1));
      server.update(
          "birds",
          new FieldsUpdate(
              "a",
              Map.of("year", new FieldValue.Whole(2), "note", new FieldValue.Text("new")),
              List.of()));
      for (boolean sealed : new boolean[] {false, true}) {
        if (sealed) {
          server.live.flush("birds").join();
        }
        assertThat(server.documents("birds", new Selector.All(), 10).getFirst().fields())
            .isEqualTo(Map.of("year", new FieldValue.Whole(2)));
      }
    }
  }

  /** A writer is given back about once a second here; reads then wait for its end. */
  @Test
  void readsWhileAWriterIsGivenBackDoNotFail() throws IOException {
    WriteLimits impatient = new WriteLimits(1 << 20, 64, 64 << 20, TimeUnit.MINUTES.toNanos(10), 1);
    try (LiveServer server = new LiveServer(folder, impatient)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      for (int round = 1; round <= 2; round++) {
        server.upsert("birds", vector("d" + round, 1, 1, 1));
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_500);
        while (System.nanoTime() - end < 0) {
          server.live.refresh("birds").join();
        }
        assertThat(server.reader.count("birds", "", new Selector.All(), Cancellation.NEVER))
            .isEqualTo(round);
      }
    }
  }

  @Test
  void searchesByAnAliasAreCountedUnderTheCollection() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("first", WITH_YEAR, new VectorSpec());
      server.live.setAlias("birds", "first").join();
      search(server, "birds", 1);
      search(server, "first", 1);
      assertThat(server.retrieval.counts()).containsOnlyKeys("first");
      assertThat(server.retrieval.counts().get("first").exact()).isEqualTo(2);
    }
  }

  @Test
  void pagesHaveWhatIsAskedForAndNoMore() throws IOException {
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      server.upsert("birds", vector("a", 1, 1, 1), vector("b", 1, 2, 2));
      for (boolean sealed : new boolean[] {false, true}) {
        if (sealed) {
          server.live.flush("birds").join();
        }
        for (boolean wantsVector : new boolean[] {false, true}) {
          StoredDocument found =
              server
                  .reader
                  .scroll(
                      "birds",
                      "",
                      new Selector.Expression("year = 2"),
                      0,
                      10,
                      new DocumentReads.Parts(wantsVector, List.of("note")),
                      Long.MAX_VALUE,
                      Cancellation.NEVER)
                  .documents()
                  .getFirst();
          assertThat(found.fields()).isEqualTo(Map.of("note", new FieldValue.Text("nb")));
          assertThat(found.vector() != null).isEqualTo(wantsVector);
        }
      }
      assertThatThrownBy(
              () ->
                  server.reader.get(
                      "birds",
                      "",
                      List.of("a"),
                      new DocumentReads.Parts(false, List.of("yaer")),
                      Long.MAX_VALUE,
                      Cancellation.NEVER))
          .hasMessageContaining("fields is 'yaer'")
          .hasMessageContaining("year");
      // A filter that was asked before is kept, and extended when documents come.
      server.upsert("birds", vector("c", 1, 3, 2));
      assertThat(
              server.reader.count(
                  "birds", "", new Selector.Expression("year = 2"), Cancellation.NEVER))
          .isEqualTo(2);
      assertThat(server.catalog.filters().metrics().hits()).isPositive();
    }
  }

  @Test
  void aSnapshotHasTheDeletionsThatWereAnswered() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      server.upsert("birds", vector("a", 1, 1, 1), vector("b", 1, 2, 1));
      server.live.flush("birds").join();
      server.delete("birds", new Selector.Ids(List.of("b")));
      assertThat(server.live.createSnapshot("birds", "one").join().documentCount()).isEqualTo(1);
      server.live.restore("birds", "one", "again").join();
      assertThat(search(server, "again", 1)).containsExactly("a");
    }
  }

  @Test
  void aSnapshotLosesNoDocumentThatIsReplacedMeanwhile() throws IOException {
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      int documents = 100;
      for (int i = 0; i < documents; i++) {
        server.upsert("birds", vector("d" + i, 1, 1, i));
      }
      AtomicBoolean isDone = new AtomicBoolean();
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; !isDone.get(); i++) {
                  server.upsert("birds", vector("d" + i % documents, 1, 1, i));
                }
              });
      for (int i = 0; i < 10; i++) {
        assertThat(server.live.createSnapshot("birds", "s" + i).join().documentCount())
            .isEqualTo(documents);
      }
      isDone.set(true);
      writing.join();
    }
  }

  @Test
  void aBatchThatWasSealedInPartIsRecoveredOnce() throws IOException {
    Path copy = folder.resolve("copy");
    try (LiveServer server = new LiveServer(folder.resolve("data"), LiveServer.SMALL)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      // The first 64 are sealed. The log keeps the whole batch, since the rest is in memory only.
      DocumentInput[] batch = new DocumentInput[100];
      Arrays.setAll(batch, i -> vector("d" + i, 1, 1, i));
      server.upsert("birds", batch);
      Path directory = folder.resolve("data/birds");
      while (CollectionManifest.read(directory).segments().isEmpty()) {
        Thread.onSpinWait();
      }
      copy(folder.resolve("data"), copy);
    }
    try (LiveServer server = new LiveServer(copy, LiveServer.SMALL)) {
      assertThat(server.documents("birds", new Selector.All(), 1_000)).hasSize(100);
    }
  }

  @Test
  void compactionAndFlushDoNotWaitForWhatIsWrittenLater() throws IOException {
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      int before = 300;
      for (int i = 0; i < before; i++) {
        server.upsert("birds", vector("a" + i, 1, 1, i));
      }
      AtomicBoolean isDone = new AtomicBoolean();
      AtomicInteger written = new AtomicInteger();
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                while (!isDone.get()) {
                  // Each of them fills a growing segment, so there is always one to be sealed.
                  DocumentInput[] batch = new DocumentInput[64];
                  int from = written.get();
                  Arrays.setAll(batch, i -> vector("b" + (from + i), 1, 1, i));
                  server.upsert("birds", batch);
                  written.addAndGet(64);
                }
              });
      while (written.get() == 0) {
        Thread.onSpinWait();
      }
      server.live.flush("birds").join();
      int known = before + written.get();
      server.live.compact("birds").join();
      isDone.set(true);
      writing.join();
      List<StoredDocument> documents = server.documents("birds", new Selector.All(), 500);
      assertThat(documents).hasSize(before + written.get());
      // One segment has what was written before, and the writer has not stopped it.
      server.live.flush("birds").join();
      CollectionManifest manifest = CollectionManifest.read(folder.resolve("birds"));
      assertThat(manifest.segments().getFirst().documentCount()).isGreaterThanOrEqualTo(known);
      assertThat(manifest.segments().getFirst().deletedCount()).isZero();
    }
  }

  @Test
  void whatIsDeletedDuringACompactionIsDeletedAfterwards() throws IOException {
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      for (int i = 0; i < 200; i++) {
        server.upsert("birds", vector("a" + i, 1, 1, i));
      }
      CompletableFuture<Void> compaction = server.live.compact("birds");
      for (int i = 0; i < 200; i += 2) {
        server.delete("birds", new Selector.Ids(List.of("a" + i)));
      }
      compaction.join();
      assertThat(server.documents("birds", new Selector.All(), 500))
          .extracting(StoredDocument::id)
          .hasSize(100)
          .doesNotContain("a0", "a2", "a198");
    }
  }

  @Test
  void whatOnlyTheLogHasIsSearchedFromMemory() throws IOException {
    List<StoredDocument> before;
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      for (int i = 0; i < 150; i++) {
        server.upsert("birds", vector("d" + i % 100, i % 7, 1 + i % 5, i));
      }
      server.delete("birds", new Selector.Ids(List.of("d3", "d99")));
      before = server.documents("birds", new Selector.All(), 40);
      server.live.closeUnsealed();
    }
    long generation = CollectionManifest.read(folder.resolve("birds")).generation();
    WriteLimits limits = new WriteLimits(1 << 20, 1_000, 64 << 20, Long.MAX_VALUE, Long.MAX_VALUE);
    try (LiveServer server = new LiveServer(folder, limits)) {
      assertThat(server.documents("birds", new Selector.All(), 40))
          .usingRecursiveComparison()
          .isEqualTo(before);
      assertThat(CollectionManifest.read(folder.resolve("birds")).generation())
          .isEqualTo(generation);
      // Positions go on where they were.
      assertThat(server.upsert("birds", vector("new", 1, 1, 1)).getFirst().position())
          .isEqualTo(152);
      server.live.closeUnsealed();
    }
    try (LiveServer server = new LiveServer(folder, limits)) {
      assertThat(server.documents("birds", new Selector.All(), 40)).hasSize(before.size() + 1);
    }
  }

  @Test
  void aCollectionWithoutAForwardIndexIsNotWritten() throws IOException {
    StorageOptions storage = StorageOptions.DEFAULTS;
    CollectionSettings settings =
        new CollectionSettings(
            Schema.EMPTY,
            new StorageOptions(
                storage.quantization(),
                new BuildOptions.Structures(
                    false, false, storage.structures().blockMax(), null, null, true),
                storage.reordering()),
            WriteOptions.DEFAULTS,
            null);
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      assertThatThrownBy(() -> server.create("birds", settings, new VectorSpec()))
          .cause()
          .hasMessageContaining("without a forward index");
      try (DataDirectory.Writer writer = server.data.openForWriting("birds")) {
        writer.commit(
            CollectionManifest.of(
                "birds", 1, new VectorSpec(), settings, new LogState(1, 0, 0), List.of()));
      }
      server.catalog.open("birds");
      for (CompletableFuture<?> change :
          List.<CompletableFuture<?>>of(
              server.live.compact("birds"),
              server.live.delete(
                  "birds", "", new Selector.All(), WaitFor.DURABLE, Cancellation.NEVER))) {
        assertThatThrownBy(change::join)
            .cause()
            .isInstanceOfSatisfying(
                CollectionNotWritableException.class,
                refused ->
                    assertThat(refused.reason())
                        .isEqualTo(CollectionNotWritableException.Reason.NO_FORWARD_INDEX))
            .hasMessageContaining("build it again without --no-forward");
      }
    }
  }

  /**
   * Damage in the last frame of a log looks like a write that was not finished. The manifest knows
   * better, if what the frame deletes may be in its files already.
   */
  @Test
  void aLogThatHasLostADurableFrameIsRefused() throws IOException {
    Path birds = folder.resolve("birds");
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      server.upsert("birds", vector("a", 1, 1, 1));
      server.live.flush("birds").join();
      assertThat(CollectionManifest.read(birds).log().durable()).isEqualTo(1);
      server.upsert("birds", vector("b", 1, 2, 2));
      server.upsert("birds", vector("c", 1, 3, 3));
      server.live.closeUnsealed();
    }
    Path log;
    try (Stream<Path> files = Files.list(birds.resolve("log-1"))) {
      log = files.findFirst().orElseThrow();
    }
    byte[] content = Files.readAllBytes(log);
    int last = content.length - 1;
    while (content[last] == 0) {
      last--;
    }
    content[last] ^= 1;
    Files.write(log, content);
    CollectionManifest manifest = CollectionManifest.read(birds);
    manifest.next(manifest.log().withDurable(3), manifest.segments()).write(birds);
    assertThatThrownBy(() -> new LiveServer(folder, WriteLimits.DEFAULTS))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("expected frame 3")
        .hasMessageContaining("found frame 2");

    manifest.next(manifest.log().withDurable(2), manifest.segments()).write(birds);
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      assertThat(search(server, "birds", 1)).containsExactly("b", "a");
    }
  }

  @Test
  void countingCanBeGivenUp() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", WITH_YEAR, new VectorSpec());
      server.upsert("birds", vector("a", 1, 1, 1));
      Cancellation gone = Cancellation.whenCancelled(() -> true);
      assertThatThrownBy(() -> server.reader.count("birds", "", new Selector.All(), gone))
          .isInstanceOf(QueryCancelledException.class);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }
}
