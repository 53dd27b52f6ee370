package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.server.counters.RpcCounts;
import io.siskin.server.rpc.admission.RateLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server takes from connections and callers, over real sockets. */
@Timeout(120)
final class ConnectionLimitsTest {
  private static final SearchRequest SEARCH =
      SearchRequest.newBuilder().setCollection("books").setText("moth").build();

  private final FakeRetriever retriever = new FakeRetriever();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private GrpcServer server;

  private void start(GrpcServerOptions.Connections connections, RateLimits rates)
      throws IOException {
    server =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).connections(connections).rates(rates).build(),
            FakeBackends.of(retriever, FakeTextEncoders.NONE));
  }

  private static GrpcServerOptions.Connections connections(
      int count, int perAddress, Duration handshake) {
    return new GrpcServerOptions.Connections(
        count, perAddress, handshake, Duration.ZERO, 1 << 16, 1 << 20);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    opened.add(socket);
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(FakeRetriever.WAIT_SECONDS));
    return socket;
  }

  private ManagedChannel client() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", server.port())
            .usePlaintext()
            .disableRetry()
            .build();
    opened.add(channel::shutdownNow);
    return channel;
  }

  private RpcCounts.Floods floods() {
    return server.counts().floods();
  }

  private static boolean isClosed(Socket socket) {
    try {
      // A server may speak first, too.
      var _ = socket.getInputStream().readAllBytes();
      return true;
    } catch (SocketTimeoutException stillOpen) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(FakeRetriever.WAIT_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  @Test
  void aConnectionTooManyOfOneAddressIsClosedAndAPlaceIsGivenBack() throws Exception {
    start(connections(10, 3, Duration.ofMinutes(5)), RateLimits.NONE);
    Socket first = connect();
    connect();
    connect();
    await(() -> floods().connections() == 3);

    assertThat(isClosed(connect())).isTrue();
    assertThat(floods().connectionsOverAddress()).isEqualTo(1);
    assertThat(floods().connections()).isEqualTo(3);
    first.close();
    await(() -> floods().connections() == 2);
    assertThat(SearchServiceGrpc.newBlockingStub(client()).search(SEARCH).getHitsCount()).isOne();
  }

  @Test
  void aConnectionTooManyOfAllIsClosed() throws Exception {
    start(connections(2, 10, Duration.ofMinutes(5)), RateLimits.NONE);
    connect();
    connect();
    await(() -> floods().connections() == 2);

    assertThat(isClosed(connect())).isTrue();
    assertThat(floods().connectionsOverTotal()).isEqualTo(1);
    assertThat(floods().connectionsOverAddress()).isZero();
  }

  @Test
  void aConnectionThatDoesNotBeginIsClosedAndOneThatDidStays() throws Exception {
    start(connections(10, 10, Duration.ofMillis(300)), RateLimits.NONE);
    ManagedChannel client = client();
    assertThat(SearchServiceGrpc.newBlockingStub(client).search(SEARCH).getHitsCount()).isOne();
    Socket silent = connect();
    Socket slow = connect();
    slow.getOutputStream().write("PRI * HTTP".getBytes(StandardCharsets.US_ASCII));

    assertThat(isClosed(silent)).isTrue();
    assertThat(isClosed(slow)).isTrue();
    await(() -> floods().connectionsSilent() == 2);
    await(() -> floods().connections() == 1);
    assertThat(SearchServiceGrpc.newBlockingStub(client).search(SEARCH).getHitsCount()).isOne();
  }

  @Test
  void aCallerThatSendsTooManyRequestsIsToldWhenToComeBack() throws Exception {
    start(GrpcServerOptions.Connections.DEFAULTS, new RateLimits(1, 5, 0, 1));
    SearchServiceGrpc.SearchServiceBlockingStub client =
        SearchServiceGrpc.newBlockingStub(client());
    int refused = 0;
    for (int i = 0; i < 200; i++) {
      try {
        var _ = client.search(SEARCH);
      } catch (StatusRuntimeException e) {
        refused++;
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(e.getStatus().getDescription()).startsWith("too many requests");
        String pushback =
            e.getTrailers()
                .get(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER));
        assertThat(Long.parseLong(pushback)).isBetween(1L, 1_000L);
      }
    }
    assertThat(refused).isPositive();
    assertThat(floods().requestsOverRate()).isEqualTo(refused);
  }

  @Test
  void answersThatNobodyReadsAreBoundedAndOtherConnectionsGetTheirs() throws Exception {
    start(connections(10, 10, Duration.ofMinutes(5)), RateLimits.NONE);
    String largeId = "d".repeat(40_000);
    retriever.behaviour = (request, cancellation) -> FakeRetriever.answer(largeId);
    ManagedChannel slow = client();
    List<Unread> calls = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      calls.add(new Unread(slow));
    }
    await(() -> floods().answersUnread() > 0);
    await(() -> calls.stream().anyMatch(call -> call.refusedAs(Status.Code.RESOURCE_EXHAUSTED)));

    assertThat(SearchServiceGrpc.newBlockingStub(client()).search(SEARCH).getHitsCount()).isOne();
    calls.forEach(Unread::readNow);
    for (Unread call : calls) {
      Status end = call.end.get(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS);
      assertThat(end.getCode()).isIn(Status.Code.OK, Status.Code.RESOURCE_EXHAUSTED);
    }
    assertThat(calls.stream().filter(call -> call.end.join().isOk())).isNotEmpty();
    // Once it reads, it gets answers again.
    assertThat(SearchServiceGrpc.newBlockingStub(slow).search(SEARCH).getHitsCount()).isOne();
  }

  /** A call whose answer is not read until it is told to. */
  private static final class Unread extends ClientCall.Listener<SearchResponse> {
    final CompletableFuture<Status> end = new CompletableFuture<>();
    private final ClientCall<SearchRequest, SearchResponse> call;

    Unread(ManagedChannel channel) {
      call = channel.newCall(SearchServiceGrpc.getSearchMethod(), CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.sendMessage(SEARCH);
      call.halfClose();
    }

    void readNow() {
      call.request(2);
    }

    boolean refusedAs(Status.Code code) {
      return end.isDone() && end.join().getCode() == code;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.complete(status);
    }
  }
}
