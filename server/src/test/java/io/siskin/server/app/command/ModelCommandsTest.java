package io.siskin.server.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.client.EncodeRequest;
import io.siskin.client.EncodeResult;
import io.siskin.client.SearchClient;
import io.siskin.index.store.Publication;
import io.siskin.index.store.Verification;
import io.siskin.server.app.CapturedRun;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.serving.SearchServer;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.model.ModelLibrary;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.rpc.GrpcServerOptions;
import io.siskin.server.testing.FakeRemoteEncoder;
import io.siskin.server.testing.TinyModels;
import io.siskin.server.testing.TinyOnnx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that take a model directory, on models of a kilobyte. */
final class ModelCommandsTest {
  @TempDir private Path folder;

  @Test
  void checkShowsWhatAModelIs() throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"), "max_length: 64");
    CapturedRun run = CapturedRun.of("models", "check", model, "--millis", 0);
    assertThat(run.err()).doesNotContain("siskin");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("tiny: splade, fingerprint ")
        .contains("inputs: input_ids: INT64 [?, ?]")
        .contains("outputs: logits: FLOAT [?, ?, 14]; read: logits")
        .contains("at most 64 tokens, vocabulary of 14 terms, projection in the graph")
        .contains("on cpu, open after ")
        .contains("sample: ")
        .contains("moth 1.39")
        .contains("batch of 32, 32 tokens each: ")
        .contains("fit for use");
    JsonNode json =
        new ObjectMapper()
            .readTree(CapturedRun.of("models", "check", model, "--millis", 0, "--json").out());
    assertThat(json.path("family").asText()).isEqualTo("splade");
    assertThat(json.path("timings")).hasSize(3);
    assertThat(json.at("/timings/2/tokens_per_second").asDouble()).isPositive();
    assertThat(json.at("/sample/vector/moth").asDouble()).isBetween(1.38, 1.39);
    assertThat(json.at("/files/model.onnx").asLong())
        .isEqualTo(Files.size(model.resolve("model.onnx")));
  }

  @Test
  void checkFindsThatPaddingChangesAVector() throws IOException {
    // The mean over all positions, padded ones too.
    TinyOnnx onnx =
        TinyModels.lookUp("states", ramp(), 4)
            .constant("middle", new long[] {1}, 1)
            .node("ReduceMean", "vector", List.of("states", "middle"), "keepdims", 0)
            .output("vector", "batch", 4);
    Path model =
        TinyModels.write(
            folder.resolve("tiny"), onnx, "family: dense\noutput: {name: vector, kind: embedding}");
    CapturedRun run = CapturedRun.of("models", "check", model, "--millis", 0);
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err())
        .contains("difference of a vector when its text is padded is ")
        .contains("the graph must heed attention_mask");
  }

  @Test
  void checkFindsThatASampleIsEmpty() throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"), "logit_shift: 9");
    CapturedRun run = CapturedRun.of("models", "check", model);
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("vector of a sample is empty; allowed: terms: see output");
  }

  @Test
  void checkFindsNumbersThatAreNone() throws IOException {
    float[] table = new float[TinyModels.SIZE * TinyModels.SIZE];
    Arrays.fill(table, 1);
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      table[TinyModels.id("a") * TinyModels.SIZE + 7] = wrong;
      TinyOnnx onnx =
          TinyModels.lookUp("logits", table, TinyModels.SIZE)
              .output("logits", "batch", "length", TinyModels.SIZE);
      Path model =
          TinyModels.write(
              folder.resolve("tiny"), onnx, "family: splade\noutput: {name: logits, kind: logits}");
      CapturedRun run = CapturedRun.of("models", "check", model, "--millis", 0);
      assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
      assertThat(run.err())
          .contains(model + ": output of the model is " + wrong + " in output logits at token ")
          .contains("allowed: finite numbers");
    }
  }

  @Test
  void checkShowsTheFilesThatTheGraphNames() throws IOException {
    Path model = TinyModels.external(folder.resolve("tiny"), "onnx/model.onnx", "model.onnx_data");
    CapturedRun run = CapturedRun.of("models", "check", model, "--millis", 0);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("onnx/model.onnx_data=792").contains("fit for use");
    Files.delete(model.resolve("onnx/model.onnx_data"));
    CapturedRun missing = CapturedRun.of("models", "check", model);
    assertThat(missing.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(missing.err()).contains("file onnx/model.onnx_data is missing");
  }

  /** Weights in another file and folders below go into the data directory with the model. */
  @Test
  void aModelOfSeveralFilesAndFoldersIsStoredWhole() throws IOException {
    Path model = TinyModels.external(folder.resolve("tiny"), "onnx/model.onnx", "w/data.bin");
    Path input =
        Files.writeString(folder.resolve("moths.jsonl"), "{\"id\":\"1\",\"text\":\"moth\"}\n");
    Path data = folder.resolve("data");
    CapturedRun index = CapturedRun.of("index", "-i", input, "-o", data, "--document-model", model);
    assertThat(index.status()).as(index.err()).isZero();
    Path stored = onlyEntry(data.resolve(".models"));
    assertThat(stored.resolve("onnx/w/data.bin"))
        .hasSameBinaryContentAs(model.resolve("onnx/w/data.bin"));
    Publication.deleteDirectory(model);
    assertThat(CapturedRun.of("encode", "-d", data, "-c", "moths", "moth").out())
        .contains("\"moth\":1.38");

    Path inStore = stored.resolve("onnx/w/data.bin");
    byte[] content = Files.readAllBytes(inStore);
    content[content.length - 1] ^= 1;
    Files.write(inStore, content);
    TinyModels.external(model, "onnx/model.onnx", "w/data.bin");
    CapturedRun damaged =
        CapturedRun.of("index", "-i", input, "-o", data, "--document-model", model);
    assertThat(damaged.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(damaged.err()).contains(stored + ": corrupt").contains("a model of fingerprint");
  }

  /**
   * What is refused is named where its owner keeps it, and leaves nothing in the data directory.
   */
  @Test
  void whatIsRefusedLeavesNothingBehind() throws IOException {
    Path input =
        Files.writeString(folder.resolve("moths.jsonl"), "{\"id\":\"1\",\"text\":\"moth\"}\n");
    Path data = folder.resolve("data");
    Path noModel = TinyModels.logits(folder.resolve("no-model"));
    Files.write(noModel.resolve("model.onnx"), new TinyOnnx().node("Nothing", "x", "y").bytes());
    Path noUnknown = TinyModels.logits(folder.resolve("no-unknown"));
    Path tokenizer = noUnknown.resolve("tokenizer.json");
    Files.writeString(
        tokenizer,
        Files.readString(tokenizer)
            .replace("\"unk_token\":\"[UNK]\"", "\"unk_token\":\"[unknown]\""));
    Path table = Files.writeString(folder.resolve("idf.json"), "{\"Kater\": 1}");
    Path noTable = Files.writeString(folder.resolve("no-table.json"), "{\"moth\": }");
    Path whole = TinyModels.logits(folder.resolve("whole"));
    Object[][] refused = {
      {noModel.resolve("model.onnx"), "--document-model", noModel},
      {tokenizer, "--document-model", noUnknown},
      {tokenizer, "--tokenizer", tokenizer, "--encoder", "bm25"},
      {noTable, "--idf", noTable},
      {table, "--idf", table, "--tokenizer", whole.resolve("tokenizer.json")},
      {table, "--document-model", whole, "--query-tokens", table},
    };
    for (Object[] one : refused) {
      List<Object> args = new ArrayList<>(List.of("index", "-i", input, "-o", data));
      args.addAll(Arrays.asList(one).subList(1, one.length));
      CapturedRun run = CapturedRun.of(args.toArray());
      assertThat(run.status()).as("%s", args).isEqualTo(ExitStatus.USAGE);
      assertThat(run.err()).startsWith("siskin index: " + one[0] + ": ").doesNotContain("defect");
      assertThat(data).doesNotExist();
    }
    Path bad =
        Files.writeString(folder.resolve("bad.jsonl"), "{\"id\":\"1\",\"text\":\"moth\"}\nx\n");
    CapturedRun run =
        CapturedRun.of(
            "index",
            "-i",
            bad,
            "-o",
            data,
            "-c",
            "c",
            "--document-model",
            whole,
            "--query-tokens=equal");
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(data.resolve(".models")).doesNotExist();
    assertThat(data.resolve("c/encoder")).doesNotExist();
  }

  private static Path onlyEntry(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> all = entries.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  @Test
  void missingProviderIsNamed() throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"));
    CapturedRun run = CapturedRun.of("models", "check", model, "--encoder-provider", "cuda");
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("encoder provider is cuda; allowed: one that this build");
    assertThat(
            CapturedRun.of(
                    "models",
                    "check",
                    model,
                    "--millis",
                    0,
                    "--encoder-provider",
                    "cuda",
                    "--encoder-fallback")
                .out())
        .contains("on cpu");
  }

  @Test
  void folderWithoutAModelIsRefused() {
    CapturedRun run = CapturedRun.of("models", "check", folder);
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("model directory is ").contains("encoder.yaml");
  }

  @Test
  void encodePrintsVectors() throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"), "activation: relu");
    assertThat(CapturedRun.of("encode", "--model", model, "moth", "moth").out())
        .startsWith("{\"vector\":{\"moth\":3.0,\"wing\":2.0,\"##s\":1.0,\"bird\":0.5}}");
    Path lines = Files.writeString(folder.resolve("lines"), "moth\n{\"id\":7,\"text\":\"a\"}\n");
    assertThat(CapturedRun.of("encode", "--model", model, "-i", lines).out().lines())
        .containsExactly(
            "{\"vector\":{\"moth\":3.0,\"wing\":2.0,\"##s\":1.0,\"bird\":0.5}}",
            "{\"id\":\"7\",\"vector\":{\"a\":3.0,\"Moth\":2.0,\"bird\":0.5}}");
    Path documents =
        Files.writeString(
            folder.resolve("documents.jsonl"),
            "{\"_id\":\"7\",\"title\":\"moth\",\"text\":\"moth\"}\n");
    assertThat(CapturedRun.of("encode", "--model", model, "-i", documents).out().strip())
        .isEqualTo(
            "{\"id\":\"7\",\"vector\":{\"moth\":3.0,\"wing\":2.0,\"##s\":1.0,\"bird\":0.5}}");
    Path dense = TinyModels.embedding(folder.resolve("dense"), "normalize: false");
    assertThat(CapturedRun.of("encode", "--model", dense, "moth").out().strip())
        .isEqualTo("{\"dense\":[[3.0,3.0,6.0,3.0]]}");
  }

  @Test
  void linesThatAreNoTextsAreNamed() throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"));
    Path lines = Files.writeString(folder.resolve("lines"), "moth\n{\"id\": 3}\n");
    CapturedRun run = CapturedRun.of("encode", "--model", model, "-i", lines);
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("lines:2: line is {\"id\": 3}");
  }

  @Test
  void progressOfEncodeIsInDocuments() throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"));
    Path documents =
        Files.writeString(
            folder.resolve("documents.jsonl"),
            "{\"_id\":\"7\",\"text\":\"moth\"}\n\n{\"_id\":\"8\",\"text\":\"a\"}\n");
    CapturedRun run = CapturedRun.of("encode", "--model", model, "-i", documents);
    assertThat(run.err()).containsPattern("  encoding: .* s, 2 documents at ");
  }

  @Test
  void textThatCannotBeEncodedIsNamed() throws IOException {
    try (FakeRemoteEncoder encoder = FakeRemoteEncoder.start().refusing("kite")) {
      Path model = encoder.writeHttp(folder.resolve("tei"));
      Path texts = Files.writeString(folder.resolve("texts"), "moth\nlamp\nkite\nmoth\n");
      CapturedRun run = CapturedRun.of("encode", "--model", model, "-i", texts);
      assertThat(run.err()).contains("texts:3: text is refused by the encoder (", "status 413");
      assertThat(run.err()).doesNotContain("\tat ");
      assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    }
  }

  @Test
  void documentThatCannotBeEncodedIsABadRecordAndTheOthersAreIndexed() throws IOException {
    try (FakeRemoteEncoder encoder = FakeRemoteEncoder.start().refusing("kite")) {
      Path model = encoder.writeHttp(folder.resolve("tei"));
      Path input =
          Files.writeString(
              folder.resolve("moths.jsonl"),
              """
              {"id": "1", "text": "moth"}
              {"id": "2", "text": "lamp"}
              {"id": "3", "text": "kite"}
              {"id": "4", "text": "moth lamp"}
              """);
      Path data = folder.resolve("data");
      CapturedRun refused =
          CapturedRun.of("index", "-i", input, "-o", data, "--document-model", model);
      assertThat(refused.status()).isEqualTo(ExitStatus.USAGE);
      assertThat(refused.err())
          .contains("moths.jsonl:3: document '3' is refused by the encoder (", "status 413")
          .doesNotContain("\tat ");
      CapturedRun skipped =
          CapturedRun.of(
              "index", "-i", input, "-o", data, "--document-model", model, "--skip-bad", 1);
      assertThat(skipped.status()).as(skipped.err()).isZero();
      assertThat(skipped.err()).contains("  skipped: ", "document '3'");
      assertThat(skipped.out()).contains("indexed 3 documents", "1 bad record skipped");
    }
  }

  @Test
  void collectionEncodesWithItsOwnModel() throws IOException {
    Path model = TinyModels.logits(folder.resolve("tiny"), "activation: relu");
    Path input =
        Files.writeString(folder.resolve("moths.jsonl"), "{\"id\":\"1\",\"text\":\"moth\"}\n");
    Path data = folder.resolve("data");
    CapturedRun index =
        CapturedRun.of(
            "index", "-i", input, "-o", data, "--document-model", model, "--query-terms-max", 2);
    assertThat(index.err()).doesNotContain("siskin index:");
    assertThat(index.out()).contains("indexed 1 document").contains("encoder learned");
    assertThat(CapturedRun.of("encode", "-d", data, "-c", "moths", "moth").out().strip())
        .isEqualTo("{\"vector\":{\"moth\":3.0,\"wing\":2.0}}");
    assertThat(
            CapturedRun.of("encode", "-d", data, "-c", "moths", "--side", "document", "moth")
                .out()
                .strip())
        .isEqualTo("{\"vector\":{\"moth\":3.0,\"wing\":2.0,\"##s\":1.0,\"bird\":0.5}}");
    assertThat(CapturedRun.of("encode", "-d", data, "-c", "none", "x").err())
        .contains("--collection is none; allowed: one of");
  }

  @Test
  void checkAsksAnEncoderThatIsServedElsewhere() throws IOException {
    try (FakeRemoteEncoder encoder = FakeRemoteEncoder.start()) {
      Path http = encoder.writeHttp(folder.resolve("tei"), "model: naver/splade-v3");
      Path grpc = encoder.writeGrpc(folder.resolve("triton"));
      CapturedRun run = CapturedRun.of("models", "check", http, "--millis", 0);
      assertThat(run.err()).doesNotContain("siskin");
      assertThat(run.out())
          .contains("tei: " + encoder.httpAddress() + "/embed_sparse, fingerprint ")
          .contains("there: naver/splade-v3 [c0ffee]")
          .contains("pooling splade")
          .contains("at most 512 tokens, vocabulary of 7 terms")
          .contains("a 1.00, moth 1.00, towards 1.00")
          .contains("batch of 32, 32 tokens each: ")
          .contains("fit for use");
      JsonNode json =
          new ObjectMapper()
              .readTree(CapturedRun.of("models", "check", grpc, "--millis", 0, "--json").out());
      assertThat(json.at("/sample/vector/moth").asInt()).isEqualTo(1);
      assertThat(json.at("/timings/2/tokens_per_second").asDouble()).isPositive();
      encoder.giving("FP32", 8);
      CapturedRun wrong = CapturedRun.of("models", "check", grpc);
      assertThat(wrong.status()).isEqualTo(ExitStatus.USAGE);
      assertThat(wrong.err())
          .contains(grpc.resolve("remote.yaml") + ": output.sparse is weights of 8 terms");
      Files.writeString(http.resolve("words.txt"), "[PAD]\na\n");
      CapturedRun shorter = CapturedRun.of("models", "check", http);
      assertThat(shorter.err())
          .contains(http.resolve("remote.yaml") + ": answer is ")
          .contains("of a vocabulary of 2")
          .contains("what output and vocabulary say: 2 terms");
    }
    CapturedRun nobody = CapturedRun.of("models", "check", folder.resolve("triton"));
    assertThat(nobody.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(nobody.err()).contains("address is kserve 127.0.0.1:", "which is not ready");
  }

  /** Documents and queries go to an encoder that then moves: the collection stays what it is. */
  @Test
  void aRemoteEncoderIndexesAndMayMove() throws IOException {
    Path input =
        Files.writeString(
            folder.resolve("moths.jsonl"),
            "{\"id\":\"1\",\"text\":\"A moth, a lamp.\"}\n{\"id\":\"2\",\"text\":\"\"}\n");
    Path data = folder.resolve("data");
    Path remote = folder.resolve("splade");
    try (FakeRemoteEncoder encoder = FakeRemoteEncoder.start()) {
      encoder.writeHttp(remote);
      CapturedRun index =
          CapturedRun.of("index", "-i", input, "-o", data, "--document-model", remote);
      assertThat(index.err()).doesNotContain("siskin index:");
      assertThat(index.out()).contains("indexed 2 documents").contains("encoder learned");
      assertThat(encoder.requests).as("the blank one needs no asking").containsOnly(1);
      assertThat(CapturedRun.of("encode", "-d", data, "-c", "moths", "lamp", "moth").out().strip())
          .isEqualTo("{\"vector\":{\"lamp\":1.0,\"moth\":1.0}}");
      assertThat(CapturedRun.of("encode", "--model", remote, "insect").out().strip())
          .isEqualTo("{\"vector\":{\"insect\":1.0}}");
      assertThat(
              CapturedRun.of(
                      "index",
                      "-i",
                      input,
                      "-o",
                      data,
                      "-c",
                      "x",
                      "--document-model",
                      remote,
                      "--document-literals-only")
                  .err())
          .contains("--document-literals-only", "with a model that runs here");
      assertThat(
              CapturedRun.of(
                      "index",
                      "-i",
                      input,
                      "-o",
                      data,
                      "-c",
                      "x",
                      "--document-model",
                      remote,
                      "--query-tokens",
                      "idf")
                  .err())
          .contains("remote.yaml: vocabulary is words.txt; allowed: a tokenizer.json");
    }
    CapturedRun gone = CapturedRun.of("encode", "-d", data, "-c", "moths", "lamp");
    assertThat(gone.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(gone.err()).contains("/embed_sparse").doesNotContain("defect");
    try (FakeRemoteEncoder moved = FakeRemoteEncoder.start()) {
      assertThat(
              CapturedRun.of(
                      "encode",
                      "-d",
                      data,
                      "-c",
                      "moths",
                      "--remote",
                      "splade=" + moved.httpAddress(),
                      "lamp")
                  .out()
                  .strip())
          .isEqualTo("{\"vector\":{\"lamp\":1.0}}");
      moved.writeHttp(remote);
      Path again =
          Files.writeString(folder.resolve("more.jsonl"), "{\"id\":\"3\",\"text\":\"moth\"}\n");
      assertThat(CapturedRun.of("index", "-i", again, "-o", data, "--document-model", remote).out())
          .contains("indexed 1 document");
      assertThat(CapturedRun.of("encode", "-d", data, "-c", "moths", "lamp").out().strip())
          .as("the store has the new address")
          .isEqualTo("{\"vector\":{\"lamp\":1.0}}");
    }
  }

  /** What an encoder gave before it failed is not asked of the one that takes its place. */
  @Test
  void anIndexGoesOnWithTheEncoderThatTookOver() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 2_000; i++) {
      lines.append(
          "{\"id\":\"" + i + "\",\"text\":\"moth" + " lamp".repeat(i % 9) + " n" + i + "\"}\n");
    }
    Path input = Files.writeString(folder.resolve("moths.jsonl"), lines);
    Path data = folder.resolve("data");
    Path remote = folder.resolve("splade");
    try (FakeRemoteEncoder failing = FakeRemoteEncoder.start().overloadedAfter(40)) {
      failing.writeHttp(remote, "retries: 0");
      CapturedRun lost =
          CapturedRun.of("index", "-i", input, "-o", data, "--document-model", remote);
      assertThat(lost.status()).as(lost.err()).isEqualTo(ExitStatus.FAILURE);
      assertThat(lost.err()).contains("/embed_sparse: status 503").doesNotContain("defect");
    }
    try (FakeRemoteEncoder next = FakeRemoteEncoder.start()) {
      next.writeHttp(remote);
      CapturedRun index =
          CapturedRun.of("index", "-i", input, "-o", data, "--document-model", remote);
      assertThat(index.err()).doesNotContain("siskin index:");
      assertThat(index.out()).contains("indexed 2,000 documents");
      assertThat(next.requests.stream().mapToInt(Integer::intValue).sum()).isLessThan(2_000);
    }
  }

  private static float[] ramp() {
    float[] table = new float[TinyModels.SIZE * 4];
    for (int i = 0; i < table.length; i++) {
      table[i] = i % 7;
    }
    return table;
  }

  /** A dense model is in no collection: the server opens it for the encode service alone. */
  @Test
  void aServerEncodesWithAModelOfItsOwn() throws IOException {
    Path model = TinyModels.embedding(folder.resolve("tiny-dense"), "normalize: false");
    GrpcServerOptions options = GrpcServerOptions.builder().port(0).build();
    BatchedModels models =
        new BatchedModels(
            new ModelLibrary(OnnxOptions.cpu(1)), BatchingOptions.DEFAULTS, new EncodingCache(0));
    try (SearchServer server =
        SearchServer.listen(
            new DataDirectory(folder.resolve("none")), options, Verification.FULL, 0, models)) {
      server.openModel(model);
      server.open();
      try (SearchClient client = SearchClient.connect(server.address())) {
        EncodeRequest request =
            EncodeRequest.byModel("tiny-dense", EncodeRequest.Side.QUERY, List.of("moth"));
        EncodeResult.Encoding encoding = client.encode(request).encodings().getFirst();
        assertThat(encoding.dense().getFirst()).containsExactly(3, 3, 6, 3);
      }
      assertThat(models.metrics()).hasSize(1);
      assertThat(server.shutdown()).isTrue();
    }
    assertThat(models.metrics()).isEmpty();
  }
}
