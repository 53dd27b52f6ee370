package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Publication;
import io.siskin.index.store.Verification;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.log.LogOptions;
import io.siskin.server.log.WriteAheadLog;
import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.retrieve.DocumentReader;
import io.siskin.server.retrieve.DocumentReads;
import io.siskin.server.retrieve.ResponseTooLargeException;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of a collection when something around it fails, or when callers ask for too much.
 */
@Timeout(120)
final class WriteFailuresTest {
  private static final CollectionSettings WITH_TENANT =
      new CollectionSettings(
          new Schema(List.of(new Schema.Field("owner", FieldType.STRING)), "owner"),
          CollectionSettings.DEFAULTS.storage(),
          CollectionSettings.DEFAULTS.writes(),
          null);

  @TempDir private Path folder;

  private static DocumentInput document(String id) {
    return new DocumentInput(id, TermIdVector.of(new int[] {1}, new float[] {1}), null, Map.of());
  }

  private static DocumentInput[] documents(String prefix, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> document(prefix + i))
        .toArray(DocumentInput[]::new);
  }

  private Path collection() {
    return folder.resolve("birds");
  }

  private static long count(LiveServer server) {
    return server.reader.count("birds", "", new Selector.All(), Cancellation.NEVER);
  }

  /** A process that is killed between two frames would leave half of a request. */
  @Test
  void aRequestOfATenantIsOneFrame() throws IOException {
    LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS);
    try {
      server.create("birds", WITH_TENANT, new VectorSpec());
      List<DocumentInput> documents = new ArrayList<>(List.of(documents("d", 20)));
      documents.add(document("d0"));
      server
          .live
          .upsert("birds", "ann", documents, WaitFor.DURABLE, Cancellation.NEVER, new WriteOrder())
          .join();
    } finally {
      server.live.closeUnsealed();
      server.catalog.close();
    }
    long epoch = CollectionManifest.read(collection()).log().epoch();
    List<Long> frames = new ArrayList<>();
    WriteAheadLog.open(
            DataDirectory.logDirectory(collection(), epoch),
            LogOptions.defaults(Runnable::run),
            1,
            (sequence, _, _) -> frames.add(sequence))
        .close();
    assertThat(frames).containsExactly(1L);
  }

  @Test
  void anotherTenantsDocumentIsRefusedAndTheOthersOfTheRequestAreWritten() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", WITH_TENANT, new VectorSpec());
      assertThat(outcomes(server, "ann", "a", "b", "a"))
          .containsExactly(WriteOutcome.CREATED, WriteOutcome.CREATED, WriteOutcome.REPLACED);
      assertThat(outcomes(server, "bea", "a", "c", "a", "c"))
          .containsExactly(
              WriteOutcome.REFUSED,
              WriteOutcome.CREATED,
              WriteOutcome.REFUSED,
              WriteOutcome.REPLACED);
      assertThat(server.reader.count("birds", "ann", new Selector.All(), Cancellation.NEVER))
          .isEqualTo(2);
      assertThat(server.reader.count("birds", "bea", new Selector.All(), Cancellation.NEVER))
          .isEqualTo(1);
    }
  }

  private static List<WriteOutcome> outcomes(LiveServer server, String tenant, String... ids) {
    return server
        .live
        .upsert(
            "birds",
            tenant,
            Stream.of(ids).map(WriteFailuresTest::document).toList(),
            WaitFor.SEARCHABLE,
            Cancellation.NEVER,
            new WriteOrder())
        .join()
        .stream()
        .map(WriteResult::outcome)
        .toList();
  }

  @Test
  void whatCannotBeRemovedDoesNotKeepACommitFromSucceeding() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      server.upsert("birds", documents("d", 3));
      server.live.flush("birds").join();
      server.delete("birds", new Selector.Ids(List.of("d0")));
      server.live.flush("birds").join();
      // Files are removed there, but a folder with something in it cannot be.
      Files.createDirectories(
          DataDirectory.deletesDirectory(collection()).resolve("stray").resolve("inside"));
      server.delete("birds", new Selector.Ids(List.of("d1")));
      server.live.flush("birds").join();
      assertThat(count(server)).isEqualTo(1);
    }
    assertThat(CollectionManifest.read(collection()).liveCount()).isEqualTo(1);
  }

  /** It may be on the disk all the same, and then the files that it names must stay as they are. */
  @Test
  void aCommitThatHasFailedUsesItsGenerationUp() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      server.upsert("birds", documents("d", 3));
      server.live.flush("birds").join();
      long generation = CollectionManifest.read(collection()).generation();
      Path manifest = collection().resolve(CollectionManifest.FILE_NAME);
      byte[] before = Files.readAllBytes(manifest);
      // No file can take the place of a folder with something in it.
      Files.delete(manifest);
      Files.createDirectories(manifest.resolve("inside"));
      server.delete("birds", new Selector.Ids(List.of("d0")));
      assertThatThrownBy(() -> server.live.flush("birds").join())
          .hasCauseInstanceOf(IOException.class);
      Files.delete(manifest.resolve("inside"));
      Files.delete(manifest);
      Files.write(manifest, before);
      server.live.flush("birds").join();
      assertThat(CollectionManifest.read(collection()).generation()).isGreaterThan(generation + 1);
      assertThat(CollectionManifest.read(collection()).liveCount()).isEqualTo(2);
    }
  }

  /** Merges that fail, for example because they need more room, must not keep seals from it. */
  @Test
  void flushesSucceedWhileMergesFail() throws IOException {
    ExecutorService merges =
        new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()) {
          @Override
          protected void beforeExecute(Thread thread, Runnable work) {
            // Nobody can write a file on an interrupted thread.
            thread.interrupt();
          }
        };
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS, merges)) {
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      for (int i = 0; i < 8; i++) {
        server.upsert("birds", documents("d" + i + "-", 2));
        server.live.flush("birds").join();
      }
      assertThat(CollectionManifest.read(collection()).segments()).hasSize(8);
      assertThatThrownBy(() -> server.live.compact("birds").join())
          .isInstanceOf(CompletionException.class);
      assertThat(count(server)).isEqualTo(16);
    }
    try (Stream<Path> files = Files.list(collection())) {
      assertThat(files.map(file -> file.getFileName().toString()).toList())
          .as("no build that has failed or was stopped is left")
          .noneMatch(name -> name.startsWith(".building"));
    }
  }

  @Test
  void aWriterThatCannotBeOpenedHoldsNoSegment() throws IOException {
    Segment segment;
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      server.upsert("birds", documents("d", 3));
    }
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      var snapshot = server.catalog.acquire("birds");
      assertThat(snapshot).isNotNull();
      segment = snapshot.segments().getFirst();
      snapshot.release();
      Path log =
          DataDirectory.logDirectory(
              collection(), CollectionManifest.read(collection()).log().epoch());
      if (Files.exists(log)) {
        Publication.deleteDirectory(log);
      }
      Files.writeString(log, "a file where the log should be");
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> server.upsert("birds", document("e")))
            .isInstanceOf(CompletionException.class);
      }
    }
    assertThat(segment.tryRetain()).as("whether somebody still holds the segment").isFalse();
  }

  @Test
  void namesThatNobodyKnowsLeaveNothingBehind() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      assertThatThrownBy(() -> server.upsert("nobody", document("a")))
          .hasCauseInstanceOf(CollectionNotFoundException.class);
      assertThatThrownBy(() -> server.live.drop("nobody").join())
          .hasCauseInstanceOf(CollectionNotFoundException.class);
      assertThatThrownBy(() -> server.live.setAlias("alias", "nobody").join())
          .hasCauseInstanceOf(CollectionNotFoundException.class);
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aCollectionWhoseManifestIsDamagedIsNotReplacedByAnEmptyOne() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      Files.createDirectories(collection());
      Files.writeString(collection().resolve(CollectionManifest.FILE_NAME), "{");
      assertThatThrownBy(
              () -> server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec()))
          .hasCauseInstanceOf(NameTakenException.class);
      assertThat(collection().resolve(CollectionManifest.FILE_NAME)).hasContent("{");
    }
  }

  @Test
  void snapshotsAreCountedAndHalvesOfThemAreNotListed() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      server.live.createSnapshot("birds", "one").join();
      Path snapshots = DataDirectory.snapshotsDirectory(collection());
      for (int i = 1; i < SnapshotStore.COUNT_MAX; i++) {
        // As one looks whose removal was begun.
        Files.createDirectory(snapshots.resolve("s" + i));
      }
      assertThat(server.live.snapshots("birds").join())
          .extracting(CollectionChanges.KeptSnapshot::name)
          .containsExactly("one");
      assertThatThrownBy(() -> server.live.createSnapshot("birds", "more").join())
          .hasCauseInstanceOf(InvalidInputException.class)
          .hasMessageContaining("1000 already");
      server.live.deleteSnapshot("birds", "one").join();
      server.live.createSnapshot("birds", "more").join();
      server.upsert("birds", document("a"));
      assertThat(count(server)).isEqualTo(1);
    }
  }

  @Test
  void readingByIdsStopsWhereTheAnswerIsTooLong() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      FieldValue note = new FieldValue.Text("n".repeat(1_000));
      for (String id : List.of("a", "b", "c")) {
        server.upsert(
            "birds",
            new DocumentInput(
                id, TermIdVector.of(new int[] {1}, new float[] {1}), null, Map.of("note", note)));
      }
      assertThat(get(server, 3_010)).hasSize(3);
      assertThatThrownBy(() -> get(server, 1_500))
          .isInstanceOfSatisfying(
              ResponseTooLargeException.class,
              tooLarge -> assertThat(tooLarge.lengthBytes()).isEqualTo(2_002));
    }
  }

  /** The files are whole, so nobody should be told that they are being verified. */
  @Test
  void aSearchWhoseAnswerIsTooLongIsRefusedForThat() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      server.upsert("birds", documents("d", 50));
      RetrievalRequest request =
          new RetrievalRequest(
              "birds",
              new RetrievalRequest.Query.Vector(TermIdVector.of(new int[] {1}, new float[] {1})),
              50,
              Evaluation.BY_DEFAULT,
              List.of(),
              false);
      assertThatThrownBy(() -> server.retrieval.retrieve(request, Cancellation.NEVER, 100))
          .isInstanceOf(ResponseTooLargeException.class);
    }
  }

  /** Room that is not given back would be used up by the third one. */
  @Test
  void preparedAndRefusedDocumentsGiveTheirRoomBack() throws IOException {
    WriteLimits small = new WriteLimits(1_000, 64, 1 << 20, 1L << 40, 1L << 40);
    try (LiveServer server = new LiveServer(folder, small)) {
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> server.upsert("nobody", documents("d", 5)))
            .hasCauseInstanceOf(CollectionNotFoundException.class);
        assertThat(server.upsert("birds", documents("d", 5))).hasSize(5);
      }
    }
  }

  /** Its port is open before its collections are. */
  @Test
  void whatIsMadeWhileAServerOpensTakesNothingAway() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      server.live.setAlias("old", "birds").join();
    }
    DataDirectory data = new DataDirectory(folder);
    try (CollectionCatalog catalog =
            new CollectionCatalog(data, Verification.FULL, snapshot -> {}, TextModels.NONE);
        LiveCollections live =
            new LiveCollections(data, catalog, TextModels.NONE, WriteLimits.DEFAULTS)) {
      live.create("notes", CollectionSettings.DEFAULTS, new VectorSpec()).join();
      live.setAlias("new", "notes").join();
      live.upsert(
              "notes",
              "",
              List.of(document("a")),
              WaitFor.SEARCHABLE,
              Cancellation.NEVER,
              new WriteOrder())
          .join();
      live.recoverAll();
      catalog.openAll();
      assertThat(catalog.aliases().collections()).isEqualTo(Map.of("old", "birds", "new", "notes"));
      DocumentReader reader = new DocumentReader(catalog, live::refresh);
      assertThat(reader.count("notes", "", new Selector.All(), Cancellation.NEVER)).isEqualTo(1);
      assertThat(reader.count("birds", "", new Selector.All(), Cancellation.NEVER)).isZero();
    }
  }

  private static List<?> get(LiveServer server, long responseBytesMax) {
    return server.reader.get(
        "birds",
        "",
        List.of("a", "b", "c"),
        new DocumentReads.Parts(true, List.of("*")),
        responseBytesMax,
        Cancellation.NEVER);
  }
}
