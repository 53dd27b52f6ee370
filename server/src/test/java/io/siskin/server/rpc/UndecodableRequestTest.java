package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.rpc.transport.CallGuard;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Bytes that are no message, sent to every method that the server has. */
@Timeout(120)
class UndecodableRequestTest {
  // A length that is longer than the message; an end of a group that none began; a field number of
  // zero; a text that is not UTF-8; a number cut off.
  private static final List<byte[]> GARBLED =
      List.of(bytes("0aff01"), bytes("0c"), bytes("00"), bytes("0a02c328"), bytes("08ff"));

  private final FakeRetriever retriever = new FakeRetriever();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final CountDownLatch gate = new CountDownLatch(1);
  private GrpcServices services;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    services =
        new GrpcServices(
            GrpcServerOptions.builder().searchThreads(2).build(),
            FakeBackends.of(retriever, FakeTextEncoders.NONE));
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    services.addTo(builder);
    server = builder.build().start();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .disableRetry()
            .build();
    log.start();
    ((Logger) LoggerFactory.getLogger(CallGuard.class)).addAppender(log);
  }

  @AfterEach
  void stop() throws Exception {
    gate.countDown();
    ((Logger) LoggerFactory.getLogger(CallGuard.class)).detachAppender(log);
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(server.awaitTermination(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(services.close(java.time.Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
  }

  @Test
  void everyMethodRefusesThemAndCountsThem() throws Exception {
    int methods = 0;
    for (ServerServiceDefinition service : server.getServices()) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        String name = method.getMethodDescriptor().getFullMethodName();
        int refused = 0;
        for (byte[] bytes : GARBLED) {
          // What one method cannot read may be a field that another one does not know.
          Status end = call(method.getMethodDescriptor(), bytes);
          ErrorInfo info = detail(end, ErrorInfo.class);
          if (info != null && info.getReason().equals("UNDECODABLE_REQUEST")) {
            assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(info.getMetadataMap()).containsEntry("method", name);
            assertThat(detail(end, BadRequest.class).getFieldViolationsCount()).isEqualTo(1);
            refused++;
          }
          assertThat(end.getCode()).as("%s %s", name, end).isNotEqualTo(Status.Code.UNKNOWN);
        }
        assertThat(refused).as(name).isGreaterThanOrEqualTo(3);
        assertThat(services.counts().calls().get(name).ended())
            .as(name)
            .hasEntrySatisfying(
                "INVALID_ARGUMENT", count -> assertThat(count).isGreaterThanOrEqualTo(3));
        methods++;
      }
    }
    assertThat(methods).as("siskin.v1, health and two reflections").isGreaterThanOrEqualTo(10);
    assertThat(retriever.searchCount).hasValue(0);
  }

  @Test
  void theLogHasALineAndNotOnePerCall() throws Exception {
    MethodDescriptor<?, ?> search = SearchServiceGrpc.getSearchMethod();
    long start = System.nanoTime();
    int calls = 20;
    for (int i = 0; i < calls; i++) {
      call(search, GARBLED.getFirst());
    }
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);

    assertThat(log.list).hasSizeBetween(1, (int) Math.min(seconds + 1, calls));
    assertThat(log.list.getFirst().getFormattedMessage())
        .contains("siskin.v1.SearchService/Search")
        .contains("127.0.0.1");
  }

  @Test
  void onAStreamTheyEndWhatIsUnderWayAndNothingIsLost() throws Exception {
    retriever.estimate = FakeRetriever.LARGE;
    CountDownLatch entered = new CountDownLatch(1);
    retriever.behaviour =
        (request, cancellation) -> {
          entered.countDown();
          FakeRetriever.await(gate);
          return answer(cancellation);
        };
    Recorder<InputStream> answers = new Recorder<>();
    StreamObserver<byte[]> requests =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(raw(SearchServiceGrpc.getSearchStreamMethod()), options()), answers);
    requests.onNext(
        SearchStreamRequest.newBuilder()
            .setSearch(SearchRequest.newBuilder().setCollection("books").setText("x"))
            .build()
            .toByteArray());
    FakeRetriever.await(entered);
    requests.onNext(GARBLED.getFirst());

    assertThat(answers.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    gate.countDown();
    // The search that was under way answers nobody, and its thread is free again.
    for (int i = 0; i < 4; i++) {
      assertThat(searchOnce().getHitsCount()).isEqualTo(1);
    }
    assertThat(services.awaitNoCalls(System.nanoTime() + TimeUnit.SECONDS.toNanos(20))).isTrue();
  }

  private static RetrievalResponse answer(io.siskin.server.search.Cancellation cancellation) {
    cancellation.check();
    return FakeRetriever.answer("d1");
  }

  private SearchResponse searchOnce() {
    return SearchServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)
        .search(SearchRequest.newBuilder().setCollection("books").setText("x").build());
  }

  private Status call(MethodDescriptor<?, ?> method, byte[] bytes) throws Exception {
    Recorder<InputStream> answers = new Recorder<>();
    StreamObserver<byte[]> requests =
        ClientCalls.asyncBidiStreamingCall(channel.newCall(raw(method), options()), answers);
    requests.onNext(bytes);
    requests.onCompleted();
    return answers.end();
  }

  private static CallOptions options() {
    return CallOptions.DEFAULT.withDeadlineAfter(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS);
  }

  private static <T extends com.google.protobuf.Message> T detail(Status end, Class<T> type)
      throws Exception {
    if (end.isOk()) {
      return null;
    }
    com.google.rpc.Status status = StatusProto.fromThrowable(end.getCause());
    for (com.google.protobuf.Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        return detail.unpack(type);
      }
    }
    return null;
  }

  /** The same method for bytes; a stream to both sides, as which any method may be called. */
  private static MethodDescriptor<byte[], InputStream> raw(MethodDescriptor<?, ?> method) {
    return MethodDescriptor.<byte[], InputStream>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName(method.getFullMethodName())
        .setRequestMarshaller(new Bytes())
        .setResponseMarshaller(new Unread())
        .build();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class Unread implements MethodDescriptor.Marshaller<InputStream> {
    @Override
    public InputStream stream(InputStream value) {
      return value;
    }

    @Override
    public InputStream parse(InputStream stream) {
      return InputStream.nullInputStream();
    }
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
