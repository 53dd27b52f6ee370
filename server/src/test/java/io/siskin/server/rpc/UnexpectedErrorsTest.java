package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import io.siskin.server.http.HttpOptions;
import io.siskin.server.http.HttpServer;
import io.siskin.server.http.Site;
import io.siskin.server.retrieve.DocumentReads;
import io.siskin.server.retrieve.Retriever;
import io.siskin.server.retrieve.TextEncoders;
import io.siskin.server.rpc.gateway.RestRoute;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.testing.CapturedLog;
import io.siskin.server.write.CollectionChanges;
import io.siskin.server.write.CollectionWrites;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Failures that nobody foresaw, under every method, over gRPC and over REST: the caller learns that
 * something is wrong here, and a reference to the log. Nothing of the failure itself is told:
 * neither its message, which may have paths and contents, nor its class or its stack.
 */
@Timeout(120)
class UnexpectedErrorsTest {
  private static final String PATH = "/var/lib/siskin/books/terms.dat";
  private static final String SECRET = "the contents of line 7";
  private static final String MESSAGE = PATH + ": " + SECRET;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final CapturedLog log = new CapturedLog(StatusMapper.class.getName());
  private GrpcServer grpc;
  private HttpServer http;
  private ManagedChannel channel;

  /** Failures of all kinds, with and without a future between them and the service. */
  static Stream<Arguments> failures() {
    List<Arguments> all = new ArrayList<>();
    for (boolean later : new boolean[] {false, true}) {
      all.add(Arguments.of(new IllegalStateException(MESSAGE), later));
      all.add(Arguments.of(new AssertionError(MESSAGE), later));
      all.add(Arguments.of(new UncheckedIOException(new NoSuchFileException(PATH)), later));
      all.add(Arguments.of(new CompletionException(MESSAGE, new RuntimeException(MESSAGE)), later));
      all.add(Arguments.of(new NullPointerException(), later));
      all.add(Arguments.of(new StackOverflowError(MESSAGE), later));
    }
    return all.stream();
  }

  private void start(Throwable failure, boolean later) throws Exception {
    grpc =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).searchThreads(1).build(),
            new Backends(
                failing(Retriever.class, failure, later),
                failing(DocumentReads.class, failure, later),
                failing(CollectionWrites.class, failure, later),
                failing(CollectionChanges.class, failure, later),
                failing(TextEncoders.class, failure, later)));
    HttpOptions options = HttpOptions.DEFAULTS.at("127.0.0.1", 0);
    http = HttpServer.start(options, Site.builder(options).rest(grpc.gateway(), "1").build());
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", grpc.port())
            .usePlaintext()
            .disableRetry()
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    grpc.close();
    http.close();
    client.close();
    log.close();
  }

  /** Fails whatever is asked of it: at once, or later where it gives a future. */
  private static <T> T failing(Class<T> type, Throwable failure, boolean later) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, _) -> {
              if (later && method.getReturnType() == CompletableFuture.class) {
                return CompletableFuture.failedFuture(failure);
              }
              throw failure;
            }));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void nothingOfThemIsTold(Throwable failure, boolean later) throws Exception {
    start(failure, later);
    Map<String, Message> requests = new HashMap<>();
    int failed = 0;
    for (MethodDescriptor<Message, Message> method : RightRequests.methods()) {
      Message request = RightRequests.of(method);
      requests.put(method.getFullMethodName(), request);
      if (!method.getServiceName().endsWith("ServerService")) {
        assertTellsNothing(
            method.getBareMethodName(),
            catchThrowableOfType(
                StatusRuntimeException.class, () -> RightRequests.call(channel, method, request)));
        failed++;
      }
    }
    assertThat(failed).isGreaterThan(20);
    int failedOverHttp = 0;
    for (RestRoute route : grpc.gateway().routes()) {
      if (!route.rpcName().contains("ServerService")) {
        assertTellsNothing(route, requests.get(route.rpcName()));
        failedOverHttp++;
      }
    }
    assertThat(failedOverHttp).isEqualTo(failed);
    assertThat(log.stackTraceCount()).as("told in the log").isEqualTo(2L * failed);
  }

  private static void assertTellsNothing(String method, StatusRuntimeException error) {
    assertThat(error).as(method).isNotNull();
    assertThat(error.getStatus().getCode())
        .as("%s %s", method, error)
        .isEqualTo(Status.Code.INTERNAL);
    assertThat(error.getStatus().getDescription()).startsWith("internal error; the server's log");
    assertTellsNothing(
        method,
        error.getStatus() + " " + error.getTrailers() + " " + StatusProto.fromThrowable(error));
  }

  private void assertTellsNothing(RestRoute route, Message request) throws Exception {
    String path = route.template();
    for (var field : request.getAllFields().entrySet()) {
      path = path.replace("{" + field.getKey().getName() + "}", field.getValue().toString());
    }
    HttpRequest.Builder asked =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http.port() + path))
            .timeout(Duration.ofSeconds(FakeRetriever.WAIT_SECONDS));
    if (route.hasBody()) {
      asked
          .header("Content-Type", "application/json")
          .method(
              route.method(),
              HttpRequest.BodyPublishers.ofString(JsonFormat.printer().print(request)));
    } else {
      asked.method(route.method(), HttpRequest.BodyPublishers.noBody());
    }
    HttpResponse<String> answer = client.send(asked.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as("%s %s", path, answer.body()).isEqualTo(500);
    assertThat(answer.body()).contains("internal error; the server's log");
    assertTellsNothing(path, answer.headers().map() + answer.body());
  }

  private static void assertTellsNothing(String what, String told) {
    assertThat(told)
        .as(what)
        .doesNotContain(PATH)
        .doesNotContain("terms.dat")
        .doesNotContain(SECRET)
        .doesNotContain("Exception")
        .doesNotContain("Error:")
        .doesNotContain("java.")
        .doesNotContain("io.siskin")
        .doesNotContain("\tat ");
  }

  /** The requests of a stream have statuses of their own. */
  @Test
  void norIsItToldOnAStream() throws Exception {
    start(new IllegalStateException(MESSAGE), false);
    Recorder<SearchStreamResponse> answers = new Recorder<>();
    var requests = SearchServiceGrpc.newStub(channel).searchStream(answers);
    requests.onNext(
        SearchStreamRequest.newBuilder()
            .setRequestId(3)
            .setSearch(SearchRequest.newBuilder().setCollection("books").setText("x"))
            .build());
    SearchStreamResponse answer = answers.next();
    assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL.value());
    assertTellsNothing("searchStream", answer.toString());
    requests.onCompleted();
    assertThat(answers.end()).isEqualTo(Status.OK);
  }
}
