package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.ListCollectionsRequest;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.server.http.HttpOptions;
import io.siskin.server.http.HttpServer;
import io.siskin.server.http.RawConnection;
import io.siskin.server.http.Site;
import io.siskin.server.rpc.gateway.RandomMessages;
import io.siskin.server.testing.Seeded;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** REST and gRPC are two ways to the same services: the same requests have the same answers. */
@Timeout(120)
class RestTest {
  private static final TypeRegistry DETAILS =
      TypeRegistry.newBuilder()
          .add(BadRequest.getDescriptor())
          .add(ErrorInfo.getDescriptor())
          .add(ResourceInfo.getDescriptor())
          .add(RetryInfo.getDescriptor())
          .build();

  private final FakeRetriever retriever = new FakeRetriever();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private GrpcServer grpc;
  private HttpServer http;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    grpc =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).searchThreads(1).searchQueueCapacity(1).build(),
            FakeBackends.of(retriever, FakeTextEncoders.NONE));
    HttpOptions options = HttpOptions.DEFAULTS.at("127.0.0.1", 0);
    http =
        HttpServer.start(
            options,
            Site.builder(options)
                .rest(grpc.gateway(), "1")
                .readiness(() -> Site.Readiness.valueOf(grpc.readiness().name()))
                .build());
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", grpc.port())
            .usePlaintext()
            .directExecutor()
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    grpc.shutdown(Duration.ofSeconds(10));
    http.close();
    client.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http.port() + path))
        .timeout(Duration.ofSeconds(30));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static <M extends Message.Builder> M read(String json, M message) throws Exception {
    JsonFormat.parser().usingTypeRegistry(DETAILS).merge(json, message);
    return message;
  }

  /** What a call led to: its answer or its error. */
  private static Message outcome(Supplier<? extends Message> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      Status status = StatusProto.fromThrowable(e);
      return status == null
          ? Status.newBuilder().setCode(e.getStatus().getCode().value()).build()
          : status;
    }
  }

  private static void assertSame(HttpResponse<String> rest, Message grpc) throws Exception {
    if (grpc instanceof Status error) {
      Status read = read(rest.body(), Status.newBuilder()).build();
      assertThat(read).isEqualTo(error);
      assertThat(rest.statusCode()).isEqualTo(httpStatus(error.getCode()));
    } else {
      assertThat(rest.statusCode()).as(rest.body()).isEqualTo(200);
      Message.Builder message = grpc.newBuilderForType();
      assertThat(withoutTimes(read(rest.body(), message).build())).isEqualTo(withoutTimes(grpc));
    }
    assertThat(rest.headers().firstValue("Content-Type")).contains("application/json");
  }

  private static Message withoutTimes(Message message) {
    return message instanceof SearchResponse answer
        ? answer.toBuilder().clearTimings().build()
        : message;
  }

  private static int httpStatus(int code) {
    return switch (code) {
      case 3, 9, 11 -> 400;
      case 5 -> 404;
      case 6 -> 409;
      case 8 -> 429;
      case 12 -> 501;
      case 14 -> 503;
      case 4 -> 504;
      default -> 500;
    };
  }

  @Test
  void randomSearchesHaveTheSameAnswersAndErrors() {
    SearchServiceGrpc.SearchServiceBlockingStub stub = SearchServiceGrpc.newBlockingStub(channel);
    Seeded.run(
        random -> {
          RandomMessages messages = new RandomMessages(random);
          int answers = 0;
          for (int i = 0; i < 300; i++) {
            SearchRequest request = search(random, messages);
            Message outcome = outcome(() -> stub.search(request));
            answers += outcome instanceof SearchResponse ? 1 : 0;
            assertSame(
                post(
                    "/v1/collections/" + request.getCollection() + "/search",
                    JsonFormat.printer()
                        .print(i % 2 == 0 ? request : request.toBuilder().clearCollection())),
                outcome);
          }
          assertThat(answers).isBetween(20, 280);
        });
  }

  /** A request that has a chance to be right: every other one is a right one with one change. */
  private static SearchRequest search(Random random, RandomMessages messages) {
    SearchRequest.Builder right =
        SearchRequest.newBuilder()
            .setCollection("books")
            .setText("red kite")
            .setK(random.nextInt(1, 50))
            .setExplain(random.nextBoolean());
    if (random.nextBoolean()) {
      return right.build();
    }
    SearchRequest any = (SearchRequest) messages.like(SearchRequest.getDefaultInstance());
    return random.nextBoolean()
        ? any.toBuilder().setCollection("books").build()
        : right.setMode(any.getMode()).setTenant(any.getTenant()).build();
  }

  @Test
  void encodingsAndDescriptionsAreTheSame() throws Exception {
    assertSame(
        get("/v1/collections?page_size=1"),
        CollectionServiceGrpc.newBlockingStub(channel)
            .listCollections(ListCollectionsRequest.newBuilder().setPageSize(1).build()));
    for (String name : List.of("books", "none", "a%20b")) {
      assertSame(
          get("/v1/collections/" + name),
          outcome(
              () ->
                  CollectionServiceGrpc.newBlockingStub(channel)
                      .getCollection(
                          GetCollectionRequest.newBuilder()
                              .setName(name.replace("%20", " "))
                              .build())));
    }
    EncodeRequest encode = EncodeRequest.newBuilder().setModel("none").build();
    assertSame(
        post("/v1/encode", JsonFormat.printer().print(encode)),
        outcome(() -> EncodeServiceGrpc.newBlockingStub(channel).encode(encode)));
  }

  @Test
  void requestsThatAreNotRightNameWhatIs() throws Exception {
    String search = "/v1/collections/books/search";
    assertProblem(post(search, "{\"foo\": 1}"), 400, "foo is no field of SearchRequest");
    assertProblem(post(search, "{"), 400, "not JSON");
    assertProblem(post(search, "{\"collection\": \"other\"}"), 400, "what the path says");
    assertProblem(post(search + "?k=1", "{}"), 400, "the query");
    assertProblem(get("/v1/collections?pageSize=x"), 400, "a whole number");
    assertProblem(get("/v1/collections?foo=1"), 400, "page_size, page_token");
    assertProblem(get("/v1/collections?page_size=1&pageSize=2"), 400, "given twice");
    assertProblem(get("/v1/collections/books?name=x"), 400, "the query");
    try (RawConnection connection = new RawConnection(http.port())) {
      connection.send("GET /v1/collections?page_token=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(connection.readAnswer())
          .startsWith("HTTP/1.1 400")
          .contains("the query cannot be read");
    }
    assertProblem(post(search, "{}", "X-Timeout-Millis", "0"), 400, "1 to 3600000 ms");
    assertProblem(post(search, "{}", "X-Timeout-Millis", "soon"), 400, "1 to 3600000 ms");
    assertProblem(get(search), 405, "allowed: POST");
    assertProblem(get("/v1/nothing"), 404, "no such path");
    HttpResponse<String> form =
        client.send(
            request(search)
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertProblem(form, 415, "application/json");
  }

  private static void assertProblem(HttpResponse<String> response, int status, String words)
      throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    JsonNode error = new ObjectMapper().readTree(response.body());
    assertThat(error.path("message").asText()).contains(words).contains("allowed: ");
    assertThat(error.path("code").asInt()).isPositive();
    assertThat(error.path("details").isArray()).isTrue();
  }

  @Test
  void deadlinesAreKept() throws Exception {
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> FakeRetriever.searchUntilInterrupted(cancellation);
    HttpResponse<String> late =
        post("/v1/collections/books/search", "{\"text\": \"kite\"}", "X-Timeout-Millis", "100");
    assertThat(late.statusCode()).isEqualTo(504);
    assertThat(new ObjectMapper().readTree(late.body()).path("code").asInt()).isEqualTo(4);
  }

  /** Who goes away needs no answer: the search ends when the connection does. */
  @Test
  void searchesEndWithTheirConnections() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> {
          started.countDown();
          try {
            return FakeRetriever.searchUntilInterrupted(cancellation);
          } finally {
            ended.countDown();
          }
        };
    try (RawConnection connection = new RawConnection(http.port())) {
      connection.send(
          "POST /v1/collections/books/search HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"text\":\"kite\"} ");
      FakeRetriever.await(started);
    }
    FakeRetriever.await(ended);
  }

  @Test
  void overloadIsToldWithTheTimeToWait() throws Exception {
    CountDownLatch runs = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> {
          runs.countDown();
          FakeRetriever.await(release);
          return FakeRetriever.answer("1");
        };
    List<CompletableFuture<HttpResponse<String>>> searches = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      searches.add(
          client.sendAsync(
              request("/v1/collections/books/search")
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString("{\"text\": \"kite\"}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString()));
      // The first one runs before the second one waits for the one place in the queue.
      FakeRetriever.await(runs);
    }
    // One runs, one waits, and the others are refused, while these two are still open.
    while (searches.stream().filter(CompletableFuture::isDone).count() < 4) {
      Thread.sleep(5);
    }
    release.countDown();
    int refused = 0;
    for (CompletableFuture<HttpResponse<String>> search : searches) {
      HttpResponse<String> response = search.join();
      if (response.statusCode() == 429) {
        refused++;
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
        assertThat(response.body()).contains("SEARCH_QUEUE_FULL");
      } else {
        assertThat(response.statusCode()).isEqualTo(200);
      }
    }
    assertThat(refused).isEqualTo(4);
  }

  /** Readiness is what health checks of gRPC are told, and what was begun is finished. */
  @Test
  void theServerStartsServesAndDrains() throws Exception {
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    grpc.markReady();
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> {
          started.countDown();
          FakeRetriever.await(release);
          return FakeRetriever.answer("1");
        };
    CompletableFuture<HttpResponse<String>> search =
        client.sendAsync(
            request("/v1/collections/books/search")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"text\": \"kite\"}"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    FakeRetriever.await(started);
    CompletableFuture<Boolean> shutdown =
        CompletableFuture.supplyAsync(() -> grpc.shutdown(Duration.ofSeconds(20)));
    while (grpc.readiness() != Readiness.DRAINING) {
      Thread.sleep(5);
    }
    HttpResponse<String> draining = get("/readyz");
    assertThat(draining.statusCode()).isEqualTo(503);
    assertThat(draining.body()).contains("draining");
    release.countDown();
    HttpResponse<String> answer = search.join();
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Connection")).contains("close");
    assertThat(shutdown.join()).isTrue();
    assertThat(post("/v1/collections/books/search", "{\"text\": \"kite\"}").statusCode())
        .isEqualTo(503);
  }

  @Test
  void longAnswersArePacked() throws Exception {
    retriever.collections =
        IntStream.range(0, 50).mapToObj(i -> FakeRetriever.describe("books" + i)).toList();
    for (String packing : List.of("gzip", "zstd")) {
      HttpResponse<byte[]> packed =
          client.send(
              request("/v1/collections").header("Accept-Encoding", packing).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      assertThat(packed.headers().firstValue("Content-Encoding")).contains(packing);
      assertThat(packed.body().length).isLessThan(get("/v1/collections").body().length() / 2);
    }
    HttpResponse<byte[]> gzip =
        client.send(
            request("/v1/collections").header("Accept-Encoding", "gzip").build(),
            HttpResponse.BodyHandlers.ofByteArray());
    try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip.body()))) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(get("/v1/collections").body());
    }
  }
}
