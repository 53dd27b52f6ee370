package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.Code;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.server.collection.Aliases;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.collection.WriteOptions;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalResponse.Hit;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.retrieve.StoredDocument;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.testing.Seeded;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A snapshot is carried to another data directory and gives the same results there, bit for bit.
 * One that is damaged, of a newer version, or to be called what something is called already, is
 * refused; by a server that restores it as well.
 */
@Timeout(120)
final class SnapshotImportTest {
  private static final CollectionSettings SETTINGS =
      new CollectionSettings(
          new Schema(List.of(new Schema.Field("year", FieldType.INT64)), null),
          StorageOptions.DEFAULTS,
          WriteOptions.DEFAULTS,
          null);
  private static final Bm25Spec BM25 = new Bm25Spec(new AnalyzerSpec.Whitespace(), 0.9, 0.4, 5);

  @TempDir private Path folder;

  private Path from() {
    return folder.resolve("from");
  }

  private Path snapshot() {
    return from().resolve("notes/snapshots/monday");
  }

  private DataDirectory to() {
    return new DataDirectory(folder.resolve("to"));
  }

  private static DocumentInput document(int number, Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(10); i >= 0; i--) {
      text.append("w").append(random.nextInt(40)).append(' ');
    }
    return new DocumentInput(
        "d" + number, null, text.toString(), Map.of("year", new FieldValue.Whole(number % 10)));
  }

  private static List<Hit> search(LiveServer server, String collection, String text) {
    return server
        .retrieval
        .retrieve(
            new RetrievalRequest(
                collection,
                new RetrievalRequest.Query.Text(text),
                1_000,
                new Evaluation.InMode(new SearchMode.Exact()),
                List.of("*"),
                true),
            Cancellation.NEVER)
        .hits();
  }

  private static List<Hit> searchAll(LiveServer server, String collection) {
    List<Hit> all = new ArrayList<>();
    for (int i = 0; i < 40; i += 3) {
      all.addAll(search(server, collection, "w" + i + " w" + (i + 1)));
    }
    return all;
  }

  /** Makes a collection with a snapshot of several segments and of deletions, and goes on. */
  private List<Hit> makeSnapshot(Random random) throws IOException {
    try (LiveServer server = new LiveServer(from(), LiveServer.SMALL)) {
      server.create("notes", SETTINGS, BM25);
      for (int i = 0; i < 200; i += 20) {
        int first = i;
        server.upsert(
            "notes",
            IntStream.range(first, first + 20)
                .mapToObj(number -> document(number, random))
                .toArray(DocumentInput[]::new));
      }
      server.delete("notes", new Selector.Ids(List.of("d3", "d77", "d150")));
      server.live.createSnapshot("notes", "monday").join();
      List<Hit> hits = searchAll(server, "notes");
      server.upsert("notes", document(900, random));
      server.delete("notes", new Selector.Ids(List.of("d5")));
      return hits;
    }
  }

  @Test
  void resultsAreEqualInAnotherDataDirectory() {
    Seeded.run(
        random -> {
          List<Hit> expected = makeSnapshot(random);
          assertThat(expected).hasSizeGreaterThan(100);
          // As a user carries it: a copy of the folder, and the first data directory is gone.
          Path carried = folder.resolve("carried");
          copyFolder(snapshot(), carried);
          deleteFolder(from());
          SnapshotImport.run(to(), carried, "again", TextModels.NONE);
          // Whatever becomes of the folder, the collection has files of its own.
          overwriteFiles(carried);
          try (LiveServer server = new LiveServer(to().root(), LiveServer.SMALL)) {
            assertThat(searchAll(server, "again")).containsExactlyElementsOf(expected);
            List<StoredDocument> documents = server.documents("again", new Selector.All(), 50);
            assertThat(documents).hasSize(197);
            server.upsert("again", document(901, random));
            assertThat(server.documents("again", new Selector.All(), 50)).hasSize(198);
          }
        });
  }

  /** What may be wrong with a snapshot, and with which status a server refuses it. */
  enum Fault {
    NEWER_MANIFEST("collection.json", UnsupportedFormatException.class, Code.FAILED_PRECONDITION),
    NEWER_SEGMENT("segment.meta", UnsupportedFormatException.class, Code.FAILED_PRECONDITION),
    WRONG_MANIFEST_CHECKSUM("collection.json", CorruptSegmentException.class, Code.DATA_LOSS),
    WRONG_FORWARD_INDEX("forward.dat", CorruptSegmentException.class, Code.DATA_LOSS),
    WRONG_LISTS("blockmax.dat", CorruptSegmentException.class, Code.DATA_LOSS),
    WRONG_DOCUMENTS("documents.dat", CorruptSegmentException.class, Code.DATA_LOSS),
    WRONG_DELETES(".del", CorruptSegmentException.class, Code.DATA_LOSS),
    NO_DELETES(".del", CorruptSegmentException.class, Code.DATA_LOSS),
    NO_LISTS("blockmax.dat", CorruptSegmentException.class, Code.DATA_LOSS);

    private final String file;
    private final Class<? extends Exception> error;
    private final Code status;

    Fault(String file, Class<? extends Exception> error, Code status) {
      this.file = file;
      this.error = error;
      this.status = status;
    }

    byte[] in(byte[] content) {
      return switch (this) {
        case NEWER_MANIFEST ->
            new String(content, StandardCharsets.UTF_8)
                .replaceFirst("\"version\" ?: ?2", "\"version\": 3")
                .getBytes(StandardCharsets.UTF_8);
        case WRONG_MANIFEST_CHECKSUM ->
            new String(content, StandardCharsets.UTF_8)
                .replaceFirst(
                    "\"refreshIntervalMillis\" ?: ?1000", "\"refreshIntervalMillis\": 2000")
                .getBytes(StandardCharsets.UTF_8);
        case NEWER_SEGMENT -> {
          byte[] newer = content.clone();
          ByteBuffer.wrap(newer)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(FileLayout.VERSION_OFFSET, 3);
          SegmentEditor.sealHead(newer);
          yield newer;
        }
        default -> {
          byte[] damaged = content.clone();
          damaged[damaged.length / 2] ^= 1;
          yield damaged;
        }
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSnapshotThatIsNotAsItWasMadeIsRefused(Fault fault) {
    Seeded.run(
        random -> {
          makeSnapshot(random);
          Path file;
          try (Stream<Path> all = Files.walk(snapshot())) {
            file =
                all.filter(path -> path.toString().endsWith(fault.file)).findFirst().orElseThrow();
          }
          byte[] before = Files.readAllBytes(file);
          // Not in place: the collection has the same file.
          Files.delete(file);
          if (fault != Fault.NO_DELETES && fault != Fault.NO_LISTS) {
            byte[] after = fault.in(before);
            assertThat(after).isNotEqualTo(before);
            Files.write(file, after);
          }

          assertThatThrownBy(() -> SnapshotImport.run(to(), snapshot(), "again", TextModels.NONE))
              .isInstanceOf(fault.error)
              .hasMessageContaining(file.toString());
          assertThat(left(to().root())).isEmpty();
          try (LiveServer server = new LiveServer(from(), LiveServer.SMALL)) {
            assertThatThrownBy(() -> server.live.restore("notes", "monday", "again").join())
                .isInstanceOf(CompletionException.class)
                .satisfies(failure -> assertThat(status(failure)).isEqualTo(fault.status));
            assertThat(server.catalog.names()).containsExactly("notes");
          }
          assertThat(left(from())).containsExactly("notes");
        });
  }

  private static Code status(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return Code.forNumber(new StatusMapper(Duration.ofSeconds(1)).toStatus(cause).getCode());
  }

  @Test
  void aNameThatIsTakenIsRefused() throws IOException {
    makeSnapshot(new Random(1));
    SnapshotImport.run(to(), snapshot(), "again", TextModels.NONE);
    assertThatThrownBy(() -> SnapshotImport.run(to(), snapshot(), "again", TextModels.NONE))
        .isInstanceOf(NameTakenException.class)
        .hasMessage("there is a collection 'again' already")
        .satisfies(failure -> assertThat(status(failure)).isEqualTo(Code.ALREADY_EXISTS));
    Aliases.NONE.with("latest", "again").write(to().root());
    assertThatThrownBy(() -> SnapshotImport.run(to(), snapshot(), "latest", TextModels.NONE))
        .isInstanceOf(NameTakenException.class)
        .hasMessage("there is an alias 'latest' already");
    try (LiveServer server = new LiveServer(from(), LiveServer.SMALL)) {
      assertThatThrownBy(() -> server.live.restore("notes", "monday", "notes").join())
          .satisfies(failure -> assertThat(status(failure)).isEqualTo(Code.ALREADY_EXISTS));
      assertThatThrownBy(() -> server.live.restore("notes", "tuesday", "again").join())
          .satisfies(failure -> assertThat(status(failure)).isEqualTo(Code.NOT_FOUND));
    }
    assertThat(left(to().root())).containsExactlyInAnyOrder("again", "aliases.json");
  }

  @Test
  void aFolderThatIsNoSnapshotIsRefused() throws IOException {
    makeSnapshot(new Random(1));
    assertThatThrownBy(
            () -> SnapshotImport.run(to(), from().resolve("nothing"), "again", TextModels.NONE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("allowed: the folder of a snapshot");
    assertThatThrownBy(
            () -> SnapshotImport.run(to(), from().resolve("notes"), "again", TextModels.NONE))
        .as("its log has writes that would be lost")
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("has a log", "siskin snapshot create");
    assertThatThrownBy(() -> SnapshotImport.run(to(), snapshot(), ".again", TextModels.NONE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("name");
    assertThat(left(to().root())).isEmpty();
  }

  /** Returns what is in a folder. */
  private static List<String> left(Path data) throws IOException {
    if (!Files.isDirectory(data)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(data)) {
      return all.map(path -> String.valueOf(path.getFileName())).toList();
    }
  }

  private static void copyFolder(Path source, Path target) throws IOException {
    try (Stream<Path> all = Files.walk(source)) {
      for (Path path : all.toList()) {
        Files.copy(path, target.resolve(source.relativize(path).toString()));
      }
    }
  }

  private static void deleteFolder(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.toList().reversed()) {
        Files.delete(path);
      }
    }
  }

  private static void overwriteFiles(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        Files.write(path, new byte[] {1});
      }
    }
  }
}
