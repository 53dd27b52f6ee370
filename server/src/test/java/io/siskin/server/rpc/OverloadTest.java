package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.server.counters.RpcCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many more searches than a server can do, over real sockets. The one search thread is held, so
 * that what happens depends on no machine's speed.
 */
@Timeout(120)
final class OverloadTest {
  private static final int QUEUE_CAPACITY = 8;
  private static final int ADMITTED = QUEUE_CAPACITY + 1;
  private static final int CALLS = 4_000;
  private static final int OPEN_MAX = 128;
  // The most searches that are refused unread for one that is read.
  private static final int UNREAD_MAX = 32;
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private final FakeRetriever retriever = new FakeRetriever();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch gate = new CountDownLatch(1);
  private final List<ManagedChannel> channels = new ArrayList<>();
  private GrpcServer server;

  @BeforeEach
  void holdTheSearchThread() {
    retriever.estimate = FakeRetriever.LARGE;
    retriever.behaviour =
        (request, cancellation) -> {
          entered.countDown();
          FakeRetriever.await(gate);
          return FakeRetriever.answer("d1");
        };
  }

  @AfterEach
  void stop() throws Exception {
    gate.countDown();
    for (ManagedChannel channel : channels) {
      channel.shutdownNow();
      assertThat(channel.awaitTermination(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
    if (server != null) {
      server.close();
    }
  }

  private void start(int queueCapacity, int callsPerConnectionMax) throws Exception {
    GrpcServerOptions.Builder options =
        GrpcServerOptions.builder()
            .port(0)
            .searchThreads(1)
            .searchQueueCapacity(queueCapacity)
            .callsPerConnectionMax(callsPerConnectionMax);
    server = GrpcServer.start(options.build(), FakeBackends.of(retriever, FakeTextEncoders.NONE));
  }

  private SearchServiceGrpc.SearchServiceStub connect() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", server.port())
            .usePlaintext()
            .disableRetry()
            .build();
    channels.add(channel);
    return SearchServiceGrpc.newStub(channel);
  }

  private static Recorder<SearchResponse> search(SearchServiceGrpc.SearchServiceStub connection) {
    Recorder<SearchResponse> call = new Recorder<>();
    connection.search(
        SearchRequest.newBuilder().setCollection("books").setText("moth").build(), call);
    return call;
  }

  /** Fills the thread and the queue from a connection; returns the calls that wait. */
  private List<Recorder<SearchResponse>> fill(SearchServiceGrpc.SearchServiceStub connection) {
    List<Recorder<SearchResponse>> admitted = new ArrayList<>();
    admitted.add(search(connection));
    FakeRetriever.await(entered);
    for (int i = 0; i < QUEUE_CAPACITY; i++) {
      admitted.add(search(connection));
    }
    return admitted;
  }

  private RpcCounts.Admission admission() {
    return server.counts().admission();
  }

  @Test
  void excessIsRefusedBeforeItIsReadAndRecoveryIsAtOnce() throws Exception {
    start(QUEUE_CAPACITY, OPEN_MAX);
    SearchServiceGrpc.SearchServiceStub connection = connect();
    List<Recorder<SearchResponse>> admitted = fill(connection);
    List<Recorder<SearchResponse>> excess = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      excess.add(search(connection));
    }
    for (Recorder<SearchResponse> call : excess) {
      assertThat(call.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }
    assertThat(admission().waiting()).isEqualTo(QUEUE_CAPACITY);
    assertThat(admission().refused()).isEqualTo(CALLS);
    // Those whose headers came before the first refusal, and then one of 33.
    int read = retriever.estimateCount.get() - ADMITTED;
    assertThat(read).isBetween(1, OPEN_MAX + CALLS / (UNREAD_MAX + 1) + 1);
    assertThat(admission().refusedUnread()).isEqualTo(CALLS - read);
    assertThat(admitted).noneMatch(Recorder::hasEnded);

    gate.countDown();
    for (Recorder<SearchResponse> call : admitted) {
      assertThat(call.end()).isEqualTo(Status.OK);
    }
    assertThat(search(connection).end()).as("the next one").isEqualTo(Status.OK);
  }

  @Test
  void aRefusalSaysTheSameWhetherItsCallWasReadOrNot() throws Exception {
    start(QUEUE_CAPACITY, OPEN_MAX);
    SearchServiceGrpc.SearchServiceStub connection = connect();
    fill(connection);
    assertRefusal(search(connection).end());
    assertThat(admission().refusedUnread()).isZero();
    int read = 1;
    while (admission().refusedUnread() == 0) {
      assertRefusal(search(connection).end());
      read++;
      assertThat(read).as("read without any that is not").isLessThan(10);
    }
  }

  private static void assertRefusal(Status status) throws Exception {
    assertThat(status.getDescription()).contains(QUEUE_CAPACITY + " searches are waiting");
    StatusRuntimeException error = (StatusRuntimeException) status.getCause();
    assertThat(error.getTrailers().get(PUSHBACK)).isEqualTo("50");
    com.google.rpc.Status details = StatusProto.fromThrowable(error);
    assertThat(details.getDetails(0).unpack(ErrorInfo.class).getReason())
        .isEqualTo("SEARCH_QUEUE_FULL");
    assertThat(details.getDetails(1).unpack(RetryInfo.class).getRetryDelay())
        .isEqualTo(Duration.newBuilder().setNanos(50_000_000).build());
  }

  @Test
  void aConnectionWhoseSearchesNeedNoPlaceIsAlwaysRead() throws Exception {
    start(QUEUE_CAPACITY, OPEN_MAX);
    SearchServiceGrpc.SearchServiceStub greedy = connect();
    fill(greedy);
    for (int i = 0; i < 100; i++) {
      assertThat(search(greedy).end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }
    makeSearchesSmall();
    SearchServiceGrpc.SearchServiceStub modest = connect();
    for (int i = 0; i < 100; i++) {
      assertThat(search(modest).end()).isEqualTo(Status.OK);
    }
    // One of 33 of the greedy connection is read too, and so what it asks for is learnt anew.
    int refused = 0;
    for (Status end = search(greedy).end(); !end.isOk(); end = search(greedy).end()) {
      refused++;
      assertThat(refused).isLessThanOrEqualTo(UNREAD_MAX);
    }
    int refusedLater = 0;
    for (int i = 0; i < 100; i++) {
      refusedLater += search(greedy).end().isOk() ? 0 : 1;
    }
    // 16, 8, 4, 2 and 1.
    assertThat(refusedLater).isLessThan(UNREAD_MAX);
    assertThat(search(greedy).end()).isEqualTo(Status.OK);
  }

  @Test
  void whatAConnectionMayHaveOpenIsBounded() throws Exception {
    int open = 16;
    int calls = 200;
    start(calls, open);
    AtomicInteger read = new AtomicInteger();
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    retriever.ahead =
        (request, cancellation) -> {
          int now = read.incrementAndGet() - answered.get();
          most.accumulateAndGet(now, Math::max);
          return null;
        };
    FakeRetriever.Behaviour held = retriever.behaviour;
    retriever.behaviour =
        (request, cancellation) -> {
          var answer = held.search(request, cancellation);
          answered.incrementAndGet();
          return answer;
        };
    SearchServiceGrpc.SearchServiceStub connection = connect();
    // The first call is answered only later; by then the client knows the bound.
    List<Recorder<SearchResponse>> sent = new ArrayList<>(List.of(search(connection)));
    FakeRetriever.await(entered);
    for (int i = 1; i < calls; i++) {
      sent.add(search(connection));
    }
    gate.countDown();
    for (Recorder<SearchResponse> call : sent) {
      assertThat(call.end()).isEqualTo(Status.OK);
    }
    // The next call is read only after an answer was sent, which is counted before that.
    assertThat(most.get()).isBetween(1, open);
  }

  @Test
  void theDefaultBoundFollowsTheQueue() {
    assertThat(callsPerConnection(1, 64)).isEqualTo(130);
    assertThat(callsPerConnection(4, 256)).isEqualTo(520);
    assertThat(callsPerConnection(1, 1)).isEqualTo(128);
    assertThat(callsPerConnection(64, 4_096)).isEqualTo(1_024);
    assertThat(
            GrpcServerOptions.builder()
                .callsPerConnectionMax(7)
                .searchQueueCapacity(64)
                .build()
                .limits()
                .callsPerConnectionMax())
        .isEqualTo(7);
  }

  private static int callsPerConnection(int threads, int queueCapacity) {
    return GrpcServerOptions.builder()
        .searchThreads(threads)
        .searchQueueCapacity(queueCapacity)
        .build()
        .limits()
        .callsPerConnectionMax();
  }

  private void makeSearchesSmall() {
    retriever.estimate = FakeRetriever.SMALL;
    retriever.behaviour = (request, cancellation) -> FakeRetriever.answer("d1");
  }
}
