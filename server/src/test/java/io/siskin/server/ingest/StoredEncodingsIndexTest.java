package io.siskin.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.encode.spec.VectorOptions;
import io.siskin.server.testing.FakeEncodingStore;
import io.siskin.server.testing.FakeTextModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A job takes the encodings of earlier jobs, and makes the same segment of them. */
@Timeout(120)
final class StoredEncodingsIndexTest {
  private static final ModelRef REF = new ModelRef("words", FakeTextModel.FINGERPRINT);

  @TempDir private Path folder;
  private final FakeEncodingStore store = new FakeEncodingStore();
  private FakeTextModel model = new FakeTextModel(64);

  @BeforeEach
  void prepare() throws IOException {
    Files.createDirectories(folder.resolve("model"));
    Files.writeString(folder.resolve("model/model.onnx"), "none");
  }

  private IndexReport index(StoredEncodings stored, String documents) throws IOException {
    Path input = Files.writeString(folder.resolve("birds.jsonl"), documents);
    model = new FakeTextModel(64);
    try (stored) {
      return new IndexJob(
              new IndexRequest(
                  List.of(input),
                  InputFormat.AUTO,
                  folder.resolve("data"),
                  "birds",
                  new LearnedSpec(
                      new LearnedSpec.DocumentSide.Model(REF, VectorOptions.NONE),
                      new LearnedSpec.QuerySide.Model(REF, VectorOptions.NONE)),
                  Map.of(),
                  // Its fingerprint is not that of its file.
                  List.of(
                      new ModelFiles(REF, folder.resolve("model"), List.of("model.onnx"), true)),
                  BuildOptions.DEFAULTS.withThreads(1),
                  DocumentPruning.NONE,
                  0,
                  false),
              BuildProgress.NONE,
              bad -> {
                throw bad;
              },
              (directory, ref) -> model,
              replaced -> {},
              stored)
          .run();
    }
  }

  private StoredEncodings stored() {
    return StoredEncodings.of(() -> store, 100);
  }

  @Test
  void unchangedDocumentsNeedNoModel() throws IOException {
    String documents =
        """
        {"id":"1","text":"red red kite"}
        {"id":"2","text":"black kite"}
        {"id":"3","text":""}
        """;
    IndexReport first = index(stored(), documents);
    assertThat(first.storedCount()).isZero();
    assertThat(model.batches()).isNotEmpty();
    IndexReport again = index(stored(), documents);
    assertThat(again.storedCount()).isEqualTo(3);
    assertThat(again.reusedCount()).isZero();
    assertThat(model.batches()).isEmpty();
    assertThat(again.segment().id()).isEqualTo(first.segment().id());
  }

  @Test
  void aChangedDocumentIsEncodedAndTheOthersAreNot() throws IOException {
    index(
        stored(), "{\"id\":\"1\",\"text\":\"red kite\"}\n{\"id\":\"2\",\"text\":\"black kite\"}\n");
    IndexReport report =
        index(
            stored(), "{\"id\":\"1\",\"text\":\"red kite\"}\n{\"id\":\"2\",\"text\":\"grouse\"}\n");
    assertThat(report.storedCount()).isEqualTo(1);
    assertThat(model.batches()).containsExactly(List.of("grouse"));
  }

  @Test
  void withoutAStoreEverythingIsEncodedAgain() throws IOException {
    String documents = "{\"id\":\"1\",\"text\":\"red kite\"}\n";
    index(stored(), documents);
    IndexReport report = index(StoredEncodings.none(), documents);
    assertThat(report.storedCount()).isZero();
    assertThat(model.batches()).hasSize(1);
  }

  @Test
  void aStoreThatFailsCostsTheJobNothing() throws IOException {
    String documents = "{\"id\":\"1\",\"text\":\"red kite\"}\n";
    index(stored(), documents);
    store.fail(new InternalError("a fault occurred in an unsafe memory access operation"));
    IndexReport report = index(stored(), documents);
    assertThat(report.storedCount()).isZero();
    assertThat(report.segment().documentCount()).isEqualTo(1);
  }
}
