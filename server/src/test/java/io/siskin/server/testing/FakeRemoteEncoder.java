package io.siskin.server.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.StreamObserver;
import io.siskin.proto.inference.GRPCInferenceServiceGrpc;
import io.siskin.proto.inference.ModelInferRequest;
import io.siskin.proto.inference.ModelInferResponse;
import io.siskin.proto.inference.ModelMetadataRequest;
import io.siskin.proto.inference.ModelMetadataResponse;
import io.siskin.proto.inference.ModelReadyRequest;
import io.siskin.proto.inference.ModelReadyResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An encoder in this process that is asked over the network, by both protocols: words of its
 * vocabulary become terms, their number the weight. Remembers how many texts each request had.
 */
public final class FakeRemoteEncoder implements AutoCloseable {
  /** What its terms are called, by number. */
  public static final List<String> VOCABULARY =
      List.of("[PAD]", "a", "moth", "lamp", "towards", "insect", "kite");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** How many texts each request had. */
  public final List<Integer> requests = new CopyOnWriteArrayList<>();

  /** What each request said of its trace; empty for nothing. */
  public final List<String> traceparents = new CopyOnWriteArrayList<>();

  /** The header beside it of the same requests; empty for none. */
  public final List<String> tracestates = new CopyOnWriteArrayList<>();

  private final HttpServer http;
  private final Server grpc;
  private volatile String model = "naver/splade-v3";
  private volatile String pooling = "splade";
  private volatile String weightsType = "FP32";
  private volatile boolean ready = true;
  private volatile int requestsMax = Integer.MAX_VALUE;
  private volatile String refused = "";
  private volatile int width = VOCABULARY.size();

  private FakeRemoteEncoder() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::answer);
    http.start();
    grpc =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new Inference())
            .intercept(new Headers())
            .build()
            .start();
  }

  /** Starts one on free ports. */
  public static FakeRemoteEncoder start() throws IOException {
    return new FakeRemoteEncoder();
  }

  /** Returns its address for text-embeddings-inference. */
  public String httpAddress() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** Returns its address for KServe. */
  public String grpcAddress() {
    return "127.0.0.1:" + grpc.getPort();
  }

  /** Sets what it says it is. */
  public FakeRemoteEncoder saying(String newModel, String newPooling) {
    model = newModel;
    pooling = newPooling;
    return this;
  }

  /** Sets what its weights look like. */
  public FakeRemoteEncoder giving(String newWeightsType, int newWidth) {
    weightsType = newWeightsType;
    width = newWidth;
    return this;
  }

  /** Lets it be overloaded from one request on. */
  public FakeRemoteEncoder overloadedAfter(int newRequestsMax) {
    requestsMax = newRequestsMax;
    return this;
  }

  /** Lets it answer that a request is too large when one of its texts has a word. */
  public FakeRemoteEncoder refusing(String word) {
    refused = word;
    return this;
  }

  /** Sets whether it is ready. */
  public FakeRemoteEncoder ready(boolean newReady) {
    ready = newReady;
    return this;
  }

  /** Writes a folder for it, in the form of text-embeddings-inference. */
  public Path writeHttp(Path folder, String... lines) throws IOException {
    return write(
        folder,
        "protocol: embeddings-inference\naddress: %s\n%s\n"
            .formatted(httpAddress(), String.join("\n", lines)));
  }

  /** Writes a folder for it, in the form of KServe. */
  public Path writeGrpc(Path folder, String... lines) throws IOException {
    return write(
        folder,
        "protocol: kserve\naddress: %s\nmodel: naver/splade-v3\noutput: {sparse: weights}\n%s\n"
            .formatted(grpcAddress(), String.join("\n", lines)));
  }

  private static Path write(Path folder, String yaml) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("words.txt"), String.join("\n", VOCABULARY));
    Files.writeString(folder.resolve("remote.yaml"), "version: 1\nvocabulary: words.txt\n" + yaml);
    return folder;
  }

  @Override
  public void close() {
    http.stop(0);
    grpc.shutdownNow();
  }

  private static float[] weights(String text) {
    float[] weights = new float[VOCABULARY.size()];
    for (String word : text.toLowerCase(java.util.Locale.ROOT).split("[^a-z]+")) {
      int term = VOCABULARY.indexOf(word);
      if (term >= 0) {
        weights[term]++;
      }
    }
    return weights;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      switch (exchange.getRequestURI().getPath()) {
        case "/health" -> exchange.sendResponseHeaders(ready ? 200 : 503, -1);
        case "/info" -> {
          ObjectNode info =
              JSON.createObjectNode().put("model_id", model).put("model_sha", "c0ffee");
          info.putObject("model_type").putObject("embedding").put("pooling", pooling);
          send(exchange, 200, info.put("max_client_batch_size", 32).put("max_input_length", 512));
        }
        default -> {
          JsonNode inputs = JSON.readTree(exchange.getRequestBody()).path("inputs");
          traceparents.add(
              Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("traceparent"), ""));
          tracestates.add(
              Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("tracestate"), ""));
          requests.add(inputs.size());
          boolean invalid = inputs.size() > 32;
          boolean tooLarge = false;
          ArrayNode answers = JSON.createArrayNode();
          for (JsonNode input : inputs) {
            invalid |= input.asText().isEmpty();
            tooLarge |= !refused.isEmpty() && input.asText().contains(refused);
            ArrayNode vector = answers.addArray();
            float[] weights = weights(input.asText());
            for (int term = 0; term < weights.length; term++) {
              if (weights[term] > 0) {
                vector.addObject().put("index", term).put("value", weights[term]);
              }
            }
          }
          if (requests.size() > requestsMax) {
            exchange.sendResponseHeaders(503, -1);
          } else {
            send(exchange, tooLarge ? 413 : invalid ? 422 : 200, answers);
          }
        }
      }
    }
  }

  private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Remembers what calls say of their trace. */
  private final class Headers implements ServerInterceptor {
    private static final Metadata.Key<String> TRACEPARENT =
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> TRACESTATE =
        Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      if (call.getMethodDescriptor().getFullMethodName().endsWith("/ModelInfer")) {
        traceparents.add(Objects.requireNonNullElse(headers.get(TRACEPARENT), ""));
        tracestates.add(Objects.requireNonNullElse(headers.get(TRACESTATE), ""));
      }
      return next.startCall(call, headers);
    }
  }

  /** The other protocol. */
  private final class Inference extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
      observer.onNext(ModelReadyResponse.newBuilder().setReady(ready).build());
      observer.onCompleted();
    }

    @Override
    public void modelMetadata(
        ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
      ModelMetadataResponse.Builder metadata =
          ModelMetadataResponse.newBuilder()
              .setName(model)
              .addVersions("1")
              .addVersions("2")
              .setPlatform("onnxruntime_onnx");
      metadata.addInputsBuilder().setName("text").setDatatype("BYTES").addShape(-1);
      metadata
          .addOutputsBuilder()
          .setName("weights")
          .setDatatype(weightsType)
          .addShape(-1)
          .addShape(width);
      observer.onNext(metadata.build());
      observer.onCompleted();
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
      List<ByteString> texts = request.getInputs(0).getContents().getBytesContentsList();
      requests.add(texts.size());
      ByteBuffer bytes =
          ByteBuffer.allocate(4 * texts.size() * VOCABULARY.size()).order(ByteOrder.LITTLE_ENDIAN);
      for (ByteString text : texts) {
        for (float weight : weights(text.toStringUtf8())) {
          bytes.putFloat(weight);
        }
      }
      ModelInferResponse.Builder response = ModelInferResponse.newBuilder();
      response
          .addOutputsBuilder()
          .setName("weights")
          .setDatatype("FP32")
          .addShape(texts.size())
          .addShape(VOCABULARY.size());
      observer.onNext(response.addRawOutputContents(ByteString.copyFrom(bytes.flip())).build());
      observer.onCompleted();
    }
  }
}
