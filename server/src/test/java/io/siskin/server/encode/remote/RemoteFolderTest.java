package io.siskin.server.encode.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.ModelStore;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.model.ModelLibrary;
import io.siskin.server.encode.model.RemoteDirectory;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.testing.FakeRemoteEncoder;
import io.siskin.server.testing.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A folder that stands for an encoder elsewhere: what it is, and where. */
@Timeout(60)
final class RemoteFolderTest {
  private static final Duration SOON = Duration.ofSeconds(5);

  @TempDir private Path folder;
  private FakeRemoteEncoder encoder;

  @BeforeEach
  void start() throws IOException {
    encoder = FakeRemoteEncoder.start();
  }

  @AfterEach
  void stop() {
    encoder.close();
  }

  private static String fingerprint(Path directory) throws IOException {
    String fingerprint = ModelDirectory.filesOf(directory).ref().fingerprint();
    try (RemoteModel model = RemoteDirectory.read(directory).open()) {
      assertThat(model.fingerprint()).isEqualTo(fingerprint);
    }
    return fingerprint;
  }

  /** Where it is and how patiently it is asked may change; what it is may not. */
  @Test
  void theFingerprintStandsForTheModelAndNotForItsAddress() throws IOException {
    String http = fingerprint(encoder.writeHttp(folder.resolve("h"), "model: m"));
    String grpc = fingerprint(encoder.writeGrpc(folder.resolve("g")));
    try (FakeRemoteEncoder moved = FakeRemoteEncoder.start()) {
      assertThat(fingerprint(moved.writeHttp(folder.resolve("x"), "model: m"))).isEqualTo(http);
      assertThat(fingerprint(moved.writeGrpc(folder.resolve("x"), "tls: true"))).isEqualTo(grpc);
    }
    assertThat(
            fingerprint(
                encoder.writeHttp(
                    folder.resolve("x"),
                    "model: m",
                    "timeout_ms: 7",
                    "retries: 0",
                    "batch_texts: 1",
                    "max_length: 9")))
        .isEqualTo(http);
    List<String> others = new ArrayList<>(List.of(http, grpc));
    for (String line :
        List.of("model: n", "model: m\nmodel_version: c0", "model: m\nprompts: {query: q}")) {
      others.add(fingerprint(encoder.writeHttp(folder.resolve("x"), line)));
    }
    for (String line : List.of("model_version: '1'", "input: texts")) {
      others.add(fingerprint(encoder.writeGrpc(folder.resolve("x"), line)));
    }
    encoder.writeHttp(folder.resolve("x"), "model: m");
    Files.writeString(folder.resolve("x/words.txt"), "other\nwords\n");
    others.add(fingerprint(folder.resolve("x")));
    assertThat(others).doesNotHaveDuplicates();
  }

  @Test
  void aModelThatIsDescribedAsItIsIsTaken() throws IOException {
    RemoteDescription http =
        describe(
            encoder.writeHttp(
                folder.resolve("h"), "model: naver/splade-v3", "model_version: c0ff"));
    assertThat(http.model()).isEqualTo("naver/splade-v3");
    assertThat(http.versions()).containsExactly("c0ffee");
    assertThat(http.details()).contains("pooling splade");
    RemoteDescription grpc = describe(encoder.writeGrpc(folder.resolve("g"), "model_version: '2'"));
    assertThat(grpc.versions()).containsExactly("1", "2");
    assertThat(grpc.details()).contains("takes text: BYTES[-1]", "gives weights: FP32[-1, 7]");
  }

  private static RemoteDescription describe(Path directory) throws IOException {
    RemoteDirectory read = RemoteDirectory.read(directory);
    try (RemoteModel model = read.open()) {
      return read.describe(model, SOON);
    }
  }

  private static void assertRefused(Path directory, String... parts) {
    assertThatThrownBy(() -> describe(directory))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(directory.resolve("remote.yaml") + ": ")
        .hasMessageContainingAll(parts);
  }

  @Test
  void anotherModelIsNamed() throws IOException {
    Path http = encoder.writeHttp(folder.resolve("h"), "model: naver/splade-v3", "batch_texts: 64");
    assertRefused(http, "batch_texts is 64; allowed: at most 32");
    encoder.writeHttp(http, "model: other");
    assertRefused(http, "model is other; allowed: what is served: naver/splade-v3");
    encoder.writeHttp(http, "model_version: dead");
    assertRefused(http, "model_version is dead", "c0ffee");
    encoder.saying("m", "cls");
    encoder.writeHttp(http);
    assertRefused(http, "pooling of the server is cls; allowed: splade");
    Path grpc = encoder.writeGrpc(folder.resolve("g"));
    assertRefused(grpc, "model is naver/splade-v3; allowed: what is served: m");
    encoder.saying("naver/splade-v3", "splade");
    encoder.writeGrpc(grpc, "model_version: '9'");
    assertRefused(grpc, "model_version is 9; allowed: one that is served: 1, 2");
    encoder.writeGrpc(grpc, "input: texts");
    assertRefused(grpc, "input is texts; allowed: one of the model's: text: BYTES[-1]");
    encoder.writeGrpc(grpc);
    encoder.giving("FP16", 7);
    assertRefused(grpc, "output.sparse is weights of type FP16; allowed: a tensor of type FP32");
    encoder.giving("FP32", 30_522);
    assertRefused(
        grpc, "output.sparse is weights of 30522 terms", "as many as the vocabulary has, 7");
    encoder.ready(false);
    assertRefused(grpc, "address is kserve 127.0.0.1", "not ready");
    encoder.writeHttp(http);
    assertRefused(http, "not ready");
  }

  @Test
  void largeBatchesAreSeveralRequestsAndBlankTextsNone() throws IOException {
    Path directory = encoder.writeHttp(folder.resolve("h"));
    try (RemoteModel model = RemoteDirectory.read(directory).open()) {
      List<TokenizedText> batch = new ArrayList<>();
      for (int i = 0; i < 70; i++) {
        String text = i % 7 == 0 ? " \t" : "moth ".repeat(i);
        batch.add(model.tokenize(new EncoderInput(text, Side.DOCUMENT)));
      }
      List<TextEncoding> encodings = model.infer(batch).encodings();
      assertThat(encoder.requests).containsExactly(32, 28);
      for (int i = 0; i < 70; i++) {
        TextEncoding.Sparse found = (TextEncoding.Sparse) encodings.get(i);
        assertThat(found.vector().size()).isEqualTo(i % 7 == 0 ? 0 : 1);
        assertThat(i % 7 == 0 ? i : found.vector().weight(0)).isEqualTo(i);
      }
      encoder.requests.clear();
      assertThat(model.infer(batch.subList(0, 1)).encodings()).hasSize(1);
      assertThat(encoder.requests).isEmpty();
    }
  }

  @Test
  void aLibraryFindsModelsElsewhere() throws IOException {
    Path directory = encoder.writeGrpc(folder.resolve("splade"));
    ModelFiles files = ModelDirectory.filesOf(directory);
    try (FakeRemoteEncoder moved = FakeRemoteEncoder.start()) {
      for (String name : List.of("splade", files.ref().folderName())) {
        ModelLibrary library =
            new ModelLibrary(OnnxOptions.cpu(1), Map.of(name, moved.grpcAddress(), "x", "h:1"));
        try (TextModel model = library.open(directory, files.ref())) {
          model.infer(List.of(model.tokenize(new EncoderInput("moth", Side.QUERY))));
        }
        assertThat(library.unusedAddresses()).containsExactly("x");
      }
      assertThat(moved.requests).hasSize(2);
      assertThat(encoder.requests).isEmpty();
      ModelLibrary wrong = new ModelLibrary(OnnxOptions.cpu(1), Map.of("splade", "http://h:1"));
      assertThatThrownBy(() -> wrong.open(directory, files.ref()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("allowed: HOST:PORT");
    }
    Path here = TinyModels.logits(folder.resolve("tiny"));
    ModelLibrary library = new ModelLibrary(OnnxOptions.cpu(1), Map.of("tiny", "h:1"));
    assertThatThrownBy(() -> library.open(here, ModelDirectory.filesOf(here).ref()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the model runs here");
  }

  /** A server that says it has another model must not make vectors for this one. */
  @Test
  void aLibraryRefusesAnotherModelAndTakesASilentOne() throws IOException {
    Path directory = encoder.writeGrpc(folder.resolve("splade"));
    ModelFiles files = ModelDirectory.filesOf(directory);
    encoder.saying("other", "");
    assertThatThrownBy(() -> new ModelLibrary(OnnxOptions.cpu(1)).open(directory, files.ref()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("remote.yaml", "what is served: other");
    encoder.close();
    new ModelLibrary(OnnxOptions.cpu(1)).open(directory, files.ref()).close();
  }

  @Test
  void theStoreTakesOverANewAddress() throws IOException {
    ModelStore store = ModelStore.of(new DataDirectory(folder.resolve("data")));
    ModelFiles files = ModelDirectory.filesOf(encoder.writeGrpc(folder.resolve("splade")));
    store.add(files);
    Path stored = store.path(files.ref());
    try (FakeRemoteEncoder moved = FakeRemoteEncoder.start()) {
      store.add(ModelDirectory.filesOf(moved.writeGrpc(folder.resolve("splade"))));
      assertThat(Files.readString(stored.resolve("remote.yaml"))).contains(moved.grpcAddress());
    }
    assertThat(RemoteDirectory.read(stored).files().ref().fingerprint())
        .isEqualTo(files.ref().fingerprint());
    try (var left = Files.list(store.directory())) {
      assertThat(left).containsExactly(stored);
    }
  }
}
