package io.siskin.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.store.Verification;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.ModelStore;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.model.ModelLibrary;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.LearnedSpec.DocumentSide;
import io.siskin.server.encode.spec.LearnedSpec.QuerySide;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.encode.spec.TokenWeights;
import io.siskin.server.encode.spec.VectorOptions;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.testing.FakeRemoteEncoder;
import io.siskin.server.testing.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents through a model into a collection, and queries through it to hits. */
final class LearnedIndexTest {
  private static final String DOCUMENTS =
      """
      {"id": "1", "text": "moth"}
      {"id": "2", "text": "insect insect"}
      {"id": "3", "text": ""}
      {"id": "4", "vector": {"bird": 2.5, "owl": 1.0}}
      {"id": "5", "text": "moth wing", "vector": {"cloud": 1.0}}
      """;

  @TempDir private Path folder;
  private ModelFiles model;
  private ModelLibrary library;
  private long skipBadCount;
  private final List<String> reported = new ArrayList<>();

  @BeforeEach
  void makeModel() throws IOException {
    Path directory = TinyModels.logits(folder.resolve("tiny"), "pool_special_tokens: false");
    model = ModelDirectory.read(directory).files();
    library = new ModelLibrary(OnnxOptions.cpu(1));
  }

  @Test
  void documentsAndQueriesGoThroughTheModel() throws IOException {
    index(both(VectorOptions.NONE));
    // wing is an expansion of moth; a given vector stays as it is.
    assertThat(hits("wing")).containsExactly("1", "2");
    assertThat(hits("moth")).containsExactly("1");
    assertThat(hits("bird")).containsExactly("4", "2");
    assertThat(hits("")).isEmpty();
  }

  /** A model in half precision overflows for some texts; the others of the batch are good. */
  @Test
  void documentWithAnInfiniteWeightIsABadRecord() throws IOException {
    float[] table = new float[TinyModels.SIZE * TinyModels.SIZE];
    for (int term = 0; term < TinyModels.SIZE; term++) {
      table[TinyModels.id("moth") * TinyModels.SIZE + term] = 1;
      table[TinyModels.id("bird") * TinyModels.SIZE + term] = Float.POSITIVE_INFINITY;
    }
    Path directory =
        TinyModels.write(
            folder.resolve("overflowing"),
            TinyModels.lookUp("logits", table, TinyModels.SIZE)
                .output("logits", "batch", "length", TinyModels.SIZE),
            "family: splade\noutput: {name: logits, kind: logits}");
    model = ModelDirectory.read(directory).files();
    String lines =
        """
        {"id": "1", "text": "moth"}
        {"id": "2", "text": "bird"}
        {"id": "3", "text": "moth moth"}
        """;
    assertThatThrownBy(() -> index(both(VectorOptions.NONE), lines))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("documents.jsonl:2: document '2' is refused by the encoder (")
        .hasMessageContaining("is Infinity; expected: a finite number");
    skipBadCount = 1;
    index(both(VectorOptions.NONE), lines);
    assertThat(reported).singleElement().asString().contains("documents.jsonl:2: document '2'");
    assertThat(hits("moth")).containsExactly("1", "3");
  }

  /** What is not the document's fault ends the job, and says what it is. */
  @Test
  void encoderThatIsNotThereEndsTheJobAsSuch() throws IOException {
    Path directory;
    try (FakeRemoteEncoder encoder = FakeRemoteEncoder.start()) {
      directory = encoder.writeHttp(folder.resolve("gone"), "retries: 0");
    }
    model = ModelDirectory.filesOf(directory);
    skipBadCount = 9;
    assertThatThrownBy(() -> index(both(VectorOptions.NONE)))
        .isInstanceOf(RemoteEncoderException.class);
    assertThat(reported).isEmpty();
  }

  @Test
  void optionsOfASideAreApplied() throws IOException {
    index(both(new VectorOptions(false, 0, 0, Integer.MAX_VALUE)));
    assertThat(hits("wing")).isEmpty();
    assertThat(hits("moth")).containsExactly("1");
  }

  @Test
  void queriesMayBeTokensWithWeights() throws IOException {
    index(
        new LearnedSpec(
            new DocumentSide.Model(model.ref(), VectorOptions.NONE),
            new QuerySide.Tokens(
                new AnalyzerSpec.Whitespace(),
                new TokenWeights.FromCollection(),
                VectorOptions.NONE)));
    assertThat(hits("wing")).containsExactly("1");
    assertThat(hits("owl")).containsExactly("4");
  }

  @Test
  void sidesMayHaveModelsOfTheirOwn() throws IOException {
    ModelFiles documents = model;
    Path directory = TinyModels.weights(folder.resolve("queries"), true, "family: unicoil");
    ModelFiles queries = ModelDirectory.read(directory).files();
    LearnedSpec spec =
        new LearnedSpec(
            new DocumentSide.Model(documents.ref(), VectorOptions.NONE),
            new QuerySide.Model(queries.ref(), VectorOptions.NONE));
    assertThat(spec.models()).containsExactly(documents.ref(), queries.ref());
    index(spec, DOCUMENTS, List.of(documents, queries));
    // The query's model does not expand, the documents' does.
    assertThat(hits("wing")).containsExactly("1");
    assertThat(hits("insect")).containsExactly("2");
  }

  @Test
  void queriesMayGoThroughAModelWhereDocumentsBringVectors() throws IOException {
    LearnedSpec spec =
        new LearnedSpec(
            new DocumentSide.Vectors(), new QuerySide.Model(model.ref(), VectorOptions.NONE));
    assertThatThrownBy(() -> index(spec))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("vector is missing");
    index(spec, "{\"id\": \"4\", \"vector\": {\"bird\": 2.5}}\n");
    assertThat(hits("insect")).containsExactly("4");
  }

  @Test
  void denseModelIsRefused() throws IOException {
    model = ModelDirectory.read(TinyModels.hidden(folder.resolve("dense"))).files();
    assertThatThrownBy(() -> index(both(VectorOptions.NONE)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model is dense");
  }

  @Test
  void storedModelIsVerifiedWhenItIsOpened() throws IOException {
    index(both(VectorOptions.NONE));
    Path stored = folder.resolve("data/.models").resolve(model.ref().folderName());
    assertThat(stored.resolve("encoder.yaml")).exists();
    Files.writeString(
        stored.resolve("encoder.yaml"),
        "# another\n" + Files.readString(stored.resolve("encoder.yaml")));
    assertThatThrownBy(() -> hits("moth"))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining(model.ref().fingerprint());
  }

  @Test
  void addingAModelAgainChangesNothing() throws IOException {
    ModelStore store = ModelStore.of(new DataDirectory(folder.resolve("data")));
    store.add(model);
    store.add(model);
    try (var folders = Files.list(folder.resolve("data/.models"))) {
      assertThat(folders).containsExactly(store.path(model.ref()));
    }
  }

  @Test
  void collectionsShareAModelAndItEndsWithTheLast() throws IOException {
    ModelStore store = ModelStore.of(new DataDirectory(folder.resolve("data")));
    store.add(model);
    ModelRef ref = model.ref();
    BatchedModels models =
        new BatchedModels(library, BatchingOptions.DEFAULTS, new EncodingCache(0));
    var one = store.opened(models).open(ref);
    var two = store.opened(models).open(ref);
    one.close();
    one.close();
    assertThatThrownBy(() -> one.infer(List.of())).isInstanceOf(IllegalStateException.class);
    assertThat(two.infer(List.of(two.tokenize(input("moth")))).encodings()).hasSize(1);
    two.close();
    assertThatThrownBy(() -> two.tokenize(input("moth"))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsPublishedHasThePermissionsOfTheUmask() throws IOException {
    // As after a download by a tool that closes its files to others.
    for (String name : model.names()) {
      Files.setPosixFilePermissions(
          model.directory().resolve(name), PosixFilePermissions.fromString("rw-------"));
    }
    index(both(VectorOptions.NONE));
    var ofFolders = Files.getPosixFilePermissions(Files.createDirectory(folder.resolve("folder")));
    var ofFiles = Files.getPosixFilePermissions(Files.createFile(folder.resolve("file")));
    try (var published = Files.walk(folder.resolve("data"))) {
      assertThat(published)
          .hasSizeGreaterThan(10)
          .allSatisfy(
              path ->
                  assertThat(Files.getPosixFilePermissions(path))
                      .isEqualTo(Files.isDirectory(path) ? ofFolders : ofFiles));
    }
  }

  private static EncoderInput input(String text) {
    return new EncoderInput(text, Side.DOCUMENT);
  }

  private LearnedSpec both(VectorOptions options) {
    return new LearnedSpec(
        new DocumentSide.Model(model.ref(), options), new QuerySide.Model(model.ref(), options));
  }

  private void index(LearnedSpec spec) throws IOException {
    index(spec, DOCUMENTS);
  }

  private void index(LearnedSpec spec, String documents) throws IOException {
    index(spec, documents, List.of(model));
  }

  private void index(LearnedSpec spec, String documents, List<ModelFiles> models)
      throws IOException {
    Path input = Files.writeString(folder.resolve("documents.jsonl"), documents);
    new IndexJob(
            new IndexRequest(
                List.of(input),
                InputFormat.JSONL,
                folder.resolve("data"),
                "learned",
                spec,
                Map.of(),
                models,
                BuildOptions.DEFAULTS,
                DocumentPruning.NONE,
                skipBadCount,
                false),
            BuildProgress.NONE,
            error -> reported.add(error.getMessage()),
            library)
        .run();
  }

  private List<String> hits(String text) throws IOException {
    try (CollectionCatalog catalog =
        new CollectionCatalog(
            new DataDirectory(folder.resolve("data")),
            Verification.FULL,
            snapshot -> {},
            library)) {
      catalog.open("learned");
      RetrievalRequest request =
          new RetrievalRequest(
              "learned",
              new Query.Text(text),
              10,
              new Evaluation.InMode(new SearchMode.Exact()),
              List.of(),
              false);
      return new RetrievalPipeline(catalog)
          .retrieve(request, Cancellation.NEVER).hits().stream()
              .map(RetrievalResponse.Hit::id)
              .toList();
    }
  }
}
