package io.siskin.server.encode.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.Sha256;
import io.siskin.index.vector.TokenVector;
import io.siskin.proto.inference.GRPCInferenceServiceGrpc;
import io.siskin.proto.inference.InferTensorContents;
import io.siskin.proto.inference.ModelInferRequest;
import io.siskin.proto.inference.ModelInferResponse;
import io.siskin.proto.inference.ModelReadyRequest;
import io.siskin.proto.inference.ModelReadyResponse;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.DynamicBatcher;
import io.siskin.server.batch.EncodedText;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.Priority;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.RemoteEncoderException.Reason;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.model.ModelLibrary;
import io.siskin.server.encode.model.RemoteDirectory;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.vocabulary.Vocabulary;
import io.siskin.server.search.Cancellation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Remote encoders on this machine that answer well, late, badly, or not at all. */
final class RemoteModelTest {
  private static final List<String> VOCABULARY = List.of("zero", "one", "two");
  private static final RemoteOptions OPTIONS =
      new RemoteOptions(Duration.ofSeconds(20), 32, 2, 512, "query: ", "");
  private static final RemoteTarget.Output SPARSE =
      new RemoteTarget.Output.Sparse("indices", "values");

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void sparseAnswersOfEmbeddingsInferenceBecomeVectors() throws IOException {
    AtomicReference<String> asked = new AtomicReference<>("");
    URI base =
        http(
            200,
            "[[{\"index\":2,\"value\":1.5},{\"index\":0,\"value\":0.25}],[]]",
            Duration.ZERO,
            asked,
            new AtomicInteger());
    RemoteModel model = tei(base, false);
    assertThat(model.isReady(Duration.ofSeconds(5))).isTrue();
    List<TextEncoding> found = encode(model, "Größe \uD800", "b").encodings();
    assertThat(vector(found.getFirst()).token(0)).isEqualTo("two");
    assertThat(vector(found.getFirst()).weight(1)).isEqualTo(0.25f);
    assertThat(vector(found.get(1)).size()).isZero();
    assertThat(asked.get())
        .isEqualTo("{\"truncate\":true,\"inputs\":[\"query: Größe \uFFFD\",\"query: b\"]}");
  }

  @Test
  void denseAnswersOfEmbeddingsInferenceStayDense() throws IOException {
    URI base = http(200, "[[1, 2.5]]");
    TextEncoding found = encode(tei(base, true), "a").encodings().getFirst();
    assertThat(((TextEncoding.Dense) found).vectors().getFirst()).containsExactly(1, 2.5f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | nonsense | MALFORMED",
        "200 | {} | MALFORMED",
        "200 | [] | MALFORMED",
        "200 | [7] | MALFORMED",
        "200 | [[{\"index\":3,\"value\":1}]] | MALFORMED",
        "200 | [[{\"index\":-1,\"value\":1}]] | MALFORMED",
        "200 | [[{\"index\":1,\"value\":\"x\"}]] | MALFORMED",
        "200 | [[{\"index\":1,\"value\":1e39}]] | MALFORMED",
        "200 | [[{\"index\":1,\"value\":1},{\"index\":1,\"value\":1}]] | MALFORMED",
        "413 | too large | REFUSED",
        "422 | {\"error\":\"x\"} | REFUSED",
        "302 | elsewhere | REFUSED",
      })
  void answersThatCannotBeUsedAreTyped(int status, String body, Reason reason) throws IOException {
    AtomicInteger calls = new AtomicInteger();
    URI base = http(status, body, Duration.ZERO, new AtomicReference<>(""), calls);
    assertThat(reason(tei(base, false))).isEqualTo(reason);
    assertThat(calls).as("asked once: another time is no better").hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 503})
  void anOverloadedEncoderIsAskedAgainAFewTimes(int status) throws IOException {
    AtomicInteger calls = new AtomicInteger();
    URI base = http(status, "busy", Duration.ZERO, new AtomicReference<>(""), calls);
    assertThat(reason(tei(base, false))).isEqualTo(Reason.UNAVAILABLE);
    assertThat(calls).hasValue(3);
  }

  @Test
  void nobodyThereIsUnavailable() throws IOException {
    int port = freePort();
    RemoteModel model = tei(URI.create("http://127.0.0.1:" + port), false);
    assertThat(model.isReady(Duration.ofSeconds(5))).isFalse();
    assertThat(reason(model)).isEqualTo(Reason.UNAVAILABLE);
    RemoteModel kserve = kserve(port, SPARSE);
    assertThat(kserve.isReady(Duration.ofSeconds(5))).isFalse();
    assertThat(reason(kserve)).isEqualTo(Reason.UNAVAILABLE);
  }

  @Test
  void aSlowEncoderIsGivenUpAtTheDeadline() throws IOException {
    URI base =
        http(200, "[[]]", Duration.ofSeconds(2), new AtomicReference<>(""), new AtomicInteger());
    long start = System.nanoTime();
    assertThat(reason(tei(base, false), Duration.ofMillis(200)))
        .isEqualTo(Reason.DEADLINE_EXCEEDED);
    assertThat(reason(kserve(grpc(new Slow()), SPARSE), Duration.ofMillis(200)))
        .isEqualTo(Reason.DEADLINE_EXCEEDED);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void textsGoByTheInferenceProtocolAndItsAnswersBecomeVectors() throws IOException {
    Answering service =
        new Answering(
            tensor("values", "FP32", 2, 2),
            floats(1, 0, 3, 2),
            tensor("indices", "INT64", 2, 2),
            longs(1, 9, 0, 2));
    RemoteModel model = kserve(grpc(service), SPARSE);
    assertThat(model.isReady(Duration.ofSeconds(5))).isTrue();
    List<TextEncoding> found = encode(model, "a", "ü").encodings();
    assertThat(vector(found.getFirst())).isEqualTo(TokenVector.of(Map.of("one", 1f)));
    assertThat(vector(found.get(1)).size()).isEqualTo(2);
    ModelInferRequest request = service.asked.get();
    assertThat(request.getModelName()).isEqualTo("splade");
    assertThat(request.getInputs(0).getDatatype()).isEqualTo("BYTES");
    assertThat(request.getInputs(0).getShapeList()).containsExactly(2L);
    assertThat(request.getInputs(0).getContents().getBytesContentsList())
        .containsExactly(ByteString.copyFromUtf8("query: a"), ByteString.copyFromUtf8("query: ü"));
    assertThat(service.deadlineMillis.get()).as("the deadline goes along").isBetween(1L, 20_000L);
  }

  @Test
  void elementsMayComeByTheirType() throws IOException {
    ModelInferResponse.InferOutputTensor typed =
        tensor("sparse", "FP32", 1, 3).toBuilder()
            .setContents(
                InferTensorContents.newBuilder()
                    .addFp32Contents(0)
                    .addFp32Contents(5)
                    .addFp32Contents(-1))
            .build();
    int port = grpc(new Answering(typed));
    TextEncoding found =
        encode(kserve(port, new RemoteTarget.Output.Weights("sparse")), "a").encodings().getFirst();
    assertThat(vector(found).size()).isEqualTo(1);
    assertThat(vector(found).token(0)).isEqualTo("one");
    RemoteModel dense =
        RemoteModel.open(
            kserveTarget(port, new RemoteTarget.Output.Embedding("sparse")),
            OPTIONS,
            Vocabulary.NONE);
    open.add(dense);
    assertThat(((TextEncoding.Dense) encode(dense, "a").encodings().getFirst()).vectors().get(0))
        .containsExactly(0, 5, -1);
  }

  @Test
  void tensorsThatDoNotFitAreMalformed() throws IOException {
    assertThat(reason(kserve(grpc(new Answering()), SPARSE))).isEqualTo(Reason.MALFORMED);
    RemoteTarget.Output weights = new RemoteTarget.Output.Weights("w");
    assertThat(reason(kserve(grpc(new Answering(tensor("w", "FP32", 2, 3), floats(1))), weights)))
        .isEqualTo(Reason.MALFORMED);
    assertThat(reason(kserve(grpc(new Answering(tensor("w", "FP32", 1, 3), floats(1))), weights)))
        .isEqualTo(Reason.MALFORMED);
    assertThat(reason(kserve(grpc(new Answering(tensor("w", "FP16", 1, 1), floats(1))), weights)))
        .isEqualTo(Reason.MALFORMED);
    assertThat(
            reason(
                kserve(
                    grpc(new Answering(tensor("w", "FP32", 1, 4), floats(1, 1, 1, 1))), weights)))
        .isEqualTo(Reason.MALFORMED);
  }

  @Test
  void statusesAreTypedAndOnlyUnavailableIsAskedAgain() throws IOException {
    Failing overloaded = new Failing(Status.RESOURCE_EXHAUSTED);
    assertThat(reason(kserve(grpc(overloaded), SPARSE))).isEqualTo(Reason.UNAVAILABLE);
    assertThat(overloaded.calls).hasValue(3);
    Failing missing = new Failing(Status.NOT_FOUND);
    assertThat(reason(kserve(grpc(missing), SPARSE))).isEqualTo(Reason.REFUSED);
    assertThat(missing.calls).hasValue(1);
  }

  /** The front end hands on the error and the deadline. One text may be what is refused. */
  @Test
  void theFrontEndBatchesForItAndAsksInHalvesWhatIsRefused() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    URI base = http(422, "no", Duration.ZERO, new AtomicReference<>(""), calls);
    DynamicBatcher encoder =
        new DynamicBatcher(
            "remote", tei(base, false), BatchingOptions.DEFAULTS, new EncodingCache(1 << 20));
    open.add(() -> encoder.close(Duration.ofSeconds(10)));
    List<EncoderInput> texts =
        List.of("a", "b", "c", "d").stream()
            .map(text -> new EncoderInput(text, Side.QUERY))
            .toList();
    List<CompletableFuture<EncodedText>> answers =
        encoder.submit(
            texts,
            Priority.INTERACTIVE,
            Cancellation.at(System.nanoTime() + 10_000_000_000L, () -> false));
    for (CompletableFuture<EncodedText> answer : answers) {
      assertThatThrownBy(answer::join).hasCauseInstanceOf(RemoteEncoderException.class);
    }
    assertThat(calls.get()).isBetween(texts.size(), 2 * texts.size() - 1);
  }

  @Test
  void configurationsAreChecked() throws IOException {
    assertThatThrownBy(() -> RemoteModel.open(kserveTarget(1, SPARSE), OPTIONS, Vocabulary.NONE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("one term per number");
    assertThatThrownBy(() -> kserveTarget(0, SPARSE)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(
            () -> new RemoteTarget.EmbeddingsInference(URI.create("ftp://x"), false, "", ""))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new RemoteOptions(Duration.ZERO, 1, 0, 1, "", ""))
        .isInstanceOf(InvalidInputException.class);
    RemoteModel one = kserve(7, SPARSE);
    RemoteModel other = kserve(8, SPARSE);
    assertThat(one.fingerprint()).hasSize(64).isEqualTo(other.fingerprint());
    one.close();
    assertThatThrownBy(() -> encode(one, "a")).isInstanceOf(IllegalStateException.class);
  }

  /** Every text has them: as terms they would match every query with every document. */
  @Test
  void specialTokensAreTermsOfNoVector() throws IOException {
    URI base =
        http(
            200,
            "[[{\"index\":0,\"value\":9},{\"index\":1,\"value\":1.5},{\"index\":2,\"value\":8}]]");
    RemoteModel model =
        RemoteModel.open(
            new RemoteTarget.EmbeddingsInference(base, false, "", ""),
            OPTIONS,
            Vocabulary.ofTerms(List.of("[CLS]", "one", "[SEP]")));
    open.add(model);
    TokenVector found = vector(encode(model, "a").encodings().getFirst());
    assertThat(found.size()).isEqualTo(1);
    assertThat(found.token(0)).isEqualTo("one");
    assertThat(model.hasTerm("one")).isTrue();
    assertThat(model.hasTerm("[CLS]")).isFalse();
    assertThat(model.vocabularySize()).isEqualTo(3);
  }

  /** Of a file of terms and of a tokenizer.json, as earlier versions computed it. */
  @Test
  void theFingerprintIsOverAllTermsWithSpecialOnes() {
    Vocabulary terms = Vocabulary.ofTerms(List.of("[CLS]", "one"));
    String tokenizer =
        "{\"added_tokens\":[{\"id\":0,\"content\":\"[CLS]\",\"special\":true},"
            + "{\"id\":2,\"content\":\"more\",\"special\":false}],"
            + "\"model\":{\"vocab\":{\"[CLS]\":0,\"one\":1}}}";
    Vocabulary same = Vocabulary.read("t.json", tokenizer.getBytes(StandardCharsets.UTF_8));
    RemoteTarget target = kserveTarget(1, SPARSE);
    assertThat(RemoteModel.fingerprint(target, OPTIONS, terms))
        .isEqualTo(
            Sha256.hex(
                String.join(
                        "\0",
                        target.identity(),
                        OPTIONS.queryPrompt(),
                        OPTIONS.documentPrompt(),
                        "[CLS]\none")
                    .getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(RemoteModel.fingerprint(target, OPTIONS, same));
  }

  /** A folder stands for the model wherever one is named. */
  @Test
  void aFolderNamesTheModel(@TempDir Path folder) throws IOException {
    URI base = http(200, "[[{\"index\":2,\"value\":1.5}]]");
    Files.writeString(folder.resolve("words.txt"), String.join("\n", VOCABULARY));
    Path yaml = folder.resolve("remote.yaml");
    String tei = "version: 1\nprotocol: embeddings-inference\nvocabulary: words.txt\naddress: ";
    Files.writeString(yaml, tei + base + "\n");
    assertThat(RemoteDirectory.is(folder)).isTrue();
    ModelFiles files = RemoteDirectory.read(folder).files();
    assertThat(files.names()).containsExactly("words.txt", "remote.yaml");
    try (TextModel model =
        new ModelLibrary(OnnxOptions.cpu(1)).open(files.directory(), files.ref())) {
      TextModel.Inference inference =
          model.infer(List.of(model.tokenize(new EncoderInput("a", Side.QUERY))));
      assertThat(vector(inference.encodings().getFirst()).token(0)).isEqualTo("two");
      assertThat(model.hasTerm("two")).isTrue();
    }
    Files.writeString(
        yaml,
        """
        version: 1
        protocol: kserve
        vocabulary: words.txt
        address: h:8001
        model: m
        output: {terms: t, weights: w}
        """);
    assertThat(RemoteDirectory.read(folder).target())
        .isEqualTo(
            new RemoteTarget.Kserve(
                "h", 8001, false, "m", "", "text", new RemoteTarget.Output.Sparse("t", "w")));
    for (String wrong :
        List.of(
            "protocol: kserve",
            "version: 1\nprotocol: soap",
            "version: 1\nprotocol: kserve\naddress: h\nmodel: m",
            tei + "ftp://x",
            tei + base + "\ninput: m",
            tei.replace("words.txt", "other.txt") + base)) {
      Files.writeString(yaml, wrong + "\n");
      assertThatThrownBy(() -> RemoteDirectory.read(folder))
          .as(wrong)
          .isInstanceOf(InvalidInputException.class);
    }
  }

  private RemoteModel tei(URI base, boolean dense) {
    RemoteModel model =
        RemoteModel.open(
            new RemoteTarget.EmbeddingsInference(base, dense, "", ""),
            OPTIONS,
            dense ? Vocabulary.NONE : Vocabulary.ofTerms(VOCABULARY));
    open.add(model);
    return model;
  }

  private RemoteModel kserve(int port, RemoteTarget.Output output) {
    RemoteModel model =
        RemoteModel.open(kserveTarget(port, output), OPTIONS, Vocabulary.ofTerms(VOCABULARY));
    open.add(model);
    return model;
  }

  private static RemoteTarget.Kserve kserveTarget(int port, RemoteTarget.Output output) {
    return new RemoteTarget.Kserve("127.0.0.1", port, false, "splade", "", "text", output);
  }

  private static TextModel.Inference encode(RemoteModel model, String... texts) {
    return model.infer(
        List.of(texts).stream()
            .map(text -> model.tokenize(new EncoderInput(text, Side.QUERY)))
            .toList());
  }

  private static Reason reason(RemoteModel model) {
    return reason(model, Duration.ofSeconds(20));
  }

  private static Reason reason(RemoteModel model, Duration patience) {
    return catchThrowableOfType(
            RemoteEncoderException.class,
            () ->
                model.infer(
                    List.of(model.tokenize(new EncoderInput("a", Side.QUERY))), patience.toNanos()))
        .reason();
  }

  private static TokenVector vector(TextEncoding encoding) {
    return (TokenVector) ((TextEncoding.Sparse) encoding).vector();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private URI http(int status, String body) throws IOException {
    return http(status, body, Duration.ZERO, new AtomicReference<>(""), new AtomicInteger());
  }

  private URI http(
      int status, String body, Duration delay, AtomicReference<String> asked, AtomicInteger calls)
      throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          boolean health = exchange.getRequestURI().getPath().equals("/health");
          if (!health) {
            calls.incrementAndGet();
            asked.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          }
          byte[] answer = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(health ? 200 : status, health ? -1 : answer.length);
          if (!health) {
            // The head comes at once, the body late: no time-out for the head ends that.
            pause(delay);
            exchange.getResponseBody().write(answer);
          }
          exchange.close();
        });
    server.start();
    open.add(() -> server.stop(0));
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private static void pause(Duration delay) throws IOException {
    try {
      Thread.sleep(delay);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private int grpc(GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase service)
      throws IOException {
    Server server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(service)
            .build()
            .start();
    open.add(server::shutdownNow);
    return server.getPort();
  }

  private static ModelInferResponse.InferOutputTensor tensor(
      String name, String type, long... shape) {
    ModelInferResponse.InferOutputTensor.Builder tensor =
        ModelInferResponse.InferOutputTensor.newBuilder().setName(name).setDatatype(type);
    for (long size : shape) {
      tensor.addShape(size);
    }
    return tensor.build();
  }

  private static ByteString floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  private static ByteString longs(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  /** Answers what it was given. */
  private static final class Answering
      extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    private final AtomicReference<ModelInferRequest> asked =
        new AtomicReference<>(ModelInferRequest.getDefaultInstance());
    private final AtomicReference<Long> deadlineMillis = new AtomicReference<>(0L);
    private final ModelInferResponse response;

    /** Takes tensors, each with its raw elements after it or none at all. */
    Answering(Object... parts) {
      ModelInferResponse.Builder builder = ModelInferResponse.newBuilder();
      for (Object part : parts) {
        if (part instanceof ByteString raw) {
          builder.addRawOutputContents(raw);
        } else {
          builder.addOutputs((ModelInferResponse.InferOutputTensor) part);
        }
      }
      response = builder.build();
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
      observer.onNext(ModelReadyResponse.newBuilder().setReady(true).build());
      observer.onCompleted();
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
      asked.set(request);
      deadlineMillis.set(Context.current().getDeadline().timeRemaining(TimeUnit.MILLISECONDS));
      observer.onNext(response);
      observer.onCompleted();
    }
  }

  /** Never answers. */
  private static final class Slow extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
      // Nothing, until the caller gives up.
    }
  }

  /** Answers with a status. */
  private static final class Failing extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    private final AtomicInteger calls = new AtomicInteger();
    private final Status status;

    Failing(Status status) {
      this.status = status;
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
      calls.incrementAndGet();
      observer.onError(status.asRuntimeException());
    }
  }
}
