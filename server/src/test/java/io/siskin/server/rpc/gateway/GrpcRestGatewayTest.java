package io.siskin.server.rpc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.siskin.proto.v1.ListSlowQueriesRequest;
import io.siskin.proto.v1.ListSlowQueriesResponse;
import io.siskin.proto.v1.ServerServiceGrpc;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.transport.CallGuard;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a service and its interceptors see of a request over HTTP. */
@Timeout(60)
final class GrpcRestGatewayTest {
  private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.7", 50_000);

  private final StatusMapper mapper = new StatusMapper(Duration.ofMillis(50));
  private final AtomicReference<Attributes> attributes = new AtomicReference<>();
  private final AtomicReference<Metadata> headers = new AtomicReference<>();
  private final AtomicReference<ListSlowQueriesRequest> asked = new AtomicReference<>();
  private final AtomicReference<Long> deadlineMillis = new AtomicReference<>();
  private boolean refuses;
  private Server server;
  private GrpcRestGateway gateway;

  /** Looks at calls, as an interceptor that checks keys does. */
  private final class Looking implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
      attributes.set(call.getAttributes());
      headers.set(metadata);
      if (refuses) {
        call.close(Status.UNAUTHENTICATED.withDescription("no key"), new Metadata());
        return new ServerCall.Listener<>() {};
      }
      return Contexts.interceptCall(Context.current(), call, metadata, next);
    }
  }

  private final class Service extends ServerServiceGrpc.ServerServiceImplBase {
    @Override
    public void listSlowQueries(
        ListSlowQueriesRequest request, StreamObserver<ListSlowQueriesResponse> answer) {
      asked.set(request);
      var deadline = Context.current().getDeadline();
      deadlineMillis.set(deadline == null ? null : deadline.timeRemaining(TimeUnit.MILLISECONDS));
      answer.onNext(ListSlowQueriesResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }

  @BeforeEach
  void start() throws IOException {
    String name = GrpcRestGateway.newName();
    InProcessServerBuilder builder =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .intercept(new Looking())
            .addService(new CallGuard(mapper).guard(new Service().bindService()));
    GrpcRestGateway.intercept(builder);
    server = builder.build().start();
    gateway =
        new GrpcRestGateway(
            name,
            List.of(ServerServiceGrpc.getServiceDescriptor()),
            mapper,
            false,
            1 << 20,
            1 << 20);
  }

  @AfterEach
  void stop() {
    gateway.close();
    server.shutdownNow();
  }

  private RestAnswer ask(String method, String path, RestRequest request) {
    RestMatch match = gateway.find(method, path);
    assertThat(match).isInstanceOf(RestMatch.Found.class);
    CompletableFuture<RestAnswer> answer = new CompletableFuture<>();
    Runnable _ = gateway.call((RestMatch.Found) match, request, answer::complete);
    return answer.join();
  }

  private static RestRequest request(
      List<Map.Entry<String, String>> query, Map<String, String> metadata, Duration timeout) {
    return new RestRequest(query, new byte[0], metadata, timeout, CLIENT);
  }

  @Test
  void interceptorsSeeWhoCalls() {
    RestAnswer answer =
        ask(
            "GET",
            "/v1/slow-queries",
            request(
                List.of(Map.entry("pageSize", "7"), Map.entry("collection", "birds")),
                Map.of("authorization", "Bearer abc", "traceparent", "00-1-2-01", "x-other", "y"),
                Duration.ofSeconds(100)));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo("{\"queries\":[]}");
    assertThat(asked.get())
        .isEqualTo(
            ListSlowQueriesRequest.newBuilder().setPageSize(7).setCollection("birds").build());
    assertThat(attributes.get().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)).isEqualTo(CLIENT);
    assertThat(header("authorization")).isEqualTo("Bearer abc");
    assertThat(header("traceparent")).isEqualTo("00-1-2-01");
    assertThat(header("x-other")).isNull();
    assertThat(headers.get().containsKey(ClientAddress.KEY)).isFalse();
    assertThat(deadlineMillis.get()).isBetween(1L, 100_000L);
  }

  private String header(String name) {
    return headers.get().get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  @Test
  void withoutATimeoutThereIsNoDeadline() {
    ask("GET", "/v1/slow-queries", request(List.of(), Map.of(), null));
    assertThat(asked.get()).isEqualTo(ListSlowQueriesRequest.getDefaultInstance());
    assertThat(deadlineMillis.get()).isNull();
  }

  /** Who may not call is told so, whatever is asked: the request is not even read. */
  @Test
  void whatIsRefusedIsNotRead() {
    RestRequest wrong = request(List.of(Map.entry("pageSize", "many")), Map.of(), null);
    assertThat(ask("GET", "/v1/slow-queries", wrong).status()).isEqualTo(400);
    refuses = true;
    RestAnswer refused = ask("GET", "/v1/slow-queries", wrong);
    assertThat(refused.status()).isEqualTo(401);
    assertThat(new String(refused.body(), StandardCharsets.UTF_8))
        .isEqualTo("{\"code\":16,\"message\":\"no key\",\"details\":[]}");
  }

  @Test
  void methodsThatNobodyServesAreNotImplemented() {
    assertThat(ask("GET", "/v1/server", request(List.of(), Map.of(), null)).status())
        .isEqualTo(501);
  }

  @Test
  void everyCodeHasAStatus() {
    for (Status.Code code : Status.Code.values()) {
      assertThat(HttpStatuses.of(code)).as(code.name()).isBetween(200, 504);
    }
    assertThat(HttpStatuses.of(Status.Code.OK)).isEqualTo(200);
    assertThat(HttpStatuses.of(Status.Code.RESOURCE_EXHAUSTED)).isEqualTo(429);
  }
}
