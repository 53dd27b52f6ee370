package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.util.internal.PlatformDependent;
import io.siskin.index.vector.TokenVector;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.server.batch.BatchingMetrics;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.DynamicBatcher;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.Priority;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.encode.spec.VectorOptions;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.search.Evaluation;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Bursts of searches, most of which are refused or late, over a real socket, a real front end and a
 * model that does nothing slowly: when they are over, nothing of them is left. How many are refused
 * depends on the machine; nothing that is asserted does.
 */
@Timeout(180)
final class BurstLeavesNothingTest {
  private static final int CALLS = 4_000;
  private static final int BURSTS = 3;
  private static final int CACHE_BYTES = 64 << 10;
  private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long MEGABYTE = 1 << 20;

  /** A burst's messages, futures and texts would be many times as much. */
  private static final long HEAP_LEFT_MAX = 4 * MEGABYTE;

  /** What one more chunk of an allocator's arena takes. */
  private static final long DIRECT_LEFT_MAX = 8 * MEGABYTE;

  private final SlowModel model = new SlowModel();
  private final DynamicBatcher encoder =
      new DynamicBatcher(
          "burst",
          model,
          BatchingOptions.DEFAULTS.withBatchTextsMax(4).withQueueCapacity(256),
          new EncodingCache(CACHE_BYTES));
  private final FakeRetriever retriever = new FakeRetriever();
  private GrpcServer server;
  private ManagedChannel channel;

  /** A thing that must not grow. */
  private record Footprint(long heapBytes, long directBytes, long nettyBytes, long threads) {}

  @BeforeEach
  void start() throws Exception {
    ModelSide side = new ModelSide(model, Side.QUERY, VectorOptions.NONE);
    retriever.ahead =
        (request, cancellation) -> {
          String text = ((RetrievalRequest.Query.Text) request.query()).text();
          return encoder
              .submit(new EncoderInput(text, Side.QUERY), Priority.INTERACTIVE, cancellation)
              .thenApply(_ -> encoded(text, side));
        };
    server =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).build(),
            FakeBackends.of(retriever, FakeTextEncoders.NONE));
    channel = NettyChannelBuilder.forAddress("localhost", server.port()).usePlaintext().build();
  }

  private static RetrievalRequest encoded(String text, ModelSide side) {
    return new RetrievalRequest(
        "books",
        new RetrievalRequest.Query.Encoded(text, TokenVector.EMPTY, side, 0, 0, 1),
        10,
        new Evaluation.CollectionDefault(0),
        List.of(),
        false);
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    assertThat(channel.awaitTermination(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    server.close();
    assertThat(encoder.close(Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
  }

  @Test
  void nothingIsLeftOfABurst() throws Exception {
    // What the first burst makes for good is not of a burst: classes, arenas, prepared answers.
    burst(0);
    awaitQuiet();
    Footprint before = footprint(Long.MAX_VALUE);
    for (int i = 1; i <= BURSTS; i++) {
      burst(i);
    }
    awaitQuiet();
    Footprint after = footprint(before.heapBytes + HEAP_LEFT_MAX);

    assertThat(after.heapBytes).isLessThanOrEqualTo(before.heapBytes + HEAP_LEFT_MAX);
    assertThat(after.directBytes).isLessThanOrEqualTo(before.directBytes + DIRECT_LEFT_MAX);
    assertThat(after.nettyBytes).isLessThanOrEqualTo(before.nettyBytes + DIRECT_LEFT_MAX);
    assertThat(after.threads).isLessThanOrEqualTo(before.threads);
    BatchingMetrics metrics = encoder.metrics();
    assertThat(metrics.cache().bytes()).isLessThanOrEqualTo(CACHE_BYTES);
    assertThat(metrics.refused()).isPositive();
    assertThat(metrics.texts()).isPositive();
    // A call whose time is up before it could be sent never comes here.
    assertThat(calls().started()).isBetween(CALLS / 4L, (BURSTS + 1L) * CALLS);
  }

  /** Sends many calls at once and waits until each has its answer, of whatever kind. */
  private void burst(int number) throws InterruptedException {
    CountDownLatch open = new CountDownLatch(CALLS);
    AtomicInteger unexpected = new AtomicInteger();
    for (int i = 0; i < CALLS; i++) {
      SearchRequest request =
          SearchRequest.newBuilder()
              .setCollection("books")
              .setText("burst " + number + " text " + i)
              .build();
      Futures.addCallback(
          SearchServiceGrpc.newFutureStub(channel)
              .withDeadlineAfter(20 + i % 200, TimeUnit.MILLISECONDS)
              .search(request),
          new FutureCallback<SearchResponse>() {
            @Override
            public void onSuccess(SearchResponse answer) {
              open.countDown();
            }

            @Override
            public void onFailure(Throwable error) {
              Status.Code code = Status.fromThrowable(error).getCode();
              if (code != Status.Code.RESOURCE_EXHAUSTED && code != Status.Code.DEADLINE_EXCEEDED) {
                unexpected.incrementAndGet();
              }
              open.countDown();
            }
          },
          MoreExecutors.directExecutor());
    }
    assertThat(open.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(unexpected).hasValue(0);
  }

  private void awaitQuiet() throws InterruptedException {
    await(() -> calls().inFlight() == 0);
    await(() -> encoder.metrics().waitingInteractive() == 0);
    await(() -> server.counts().admission().waiting() == 0);
    await(() -> server.counts().admission().running() == 0);
  }

  private CallCounters.Counts calls() {
    return server.counts().calls().get("siskin.v1.SearchService/Search");
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(FakeRetriever.WAIT_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      Thread.sleep(5);
    }
  }

  /** Measures; collects garbage until the heap is as small as it should be, or gets no smaller. */
  private static Footprint footprint(long heapBytesMax) throws InterruptedException {
    LongSupplier heap = () -> ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 10 && (i < 3 || least > heapBytesMax); i++) {
      System.gc();
      Thread.sleep(50);
      least = Math.min(least, heap.getAsLong());
    }
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    // Those of this test's server and front end; gRPC's own come and go with its timers.
    long threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("siskin-"))
            .count();
    return new Footprint(least, direct, PlatformDependent.usedDirectMemory(), threads);
  }

  /** Takes a time a batch, and keeps nothing. */
  private static final class SlowModel implements TextModel {
    private record Text(EncoderInput input) implements TokenizedText {
      @Override
      public int lengthTokens() {
        return 7;
      }
    }

    @Override
    public String fingerprint() {
      return "b".repeat(64);
    }

    @Override
    public int lengthTokensMax() {
      return 64;
    }

    @Override
    public TokenizedText tokenize(EncoderInput input) {
      return new Text(input);
    }

    @Override
    public Inference infer(List<TokenizedText> batch) {
      LockSupport.parkNanos(BATCH_NANOS);
      TextEncoding encoding = new TextEncoding.Sparse(TokenVector.EMPTY, List.of());
      return new Inference(batch.stream().map(_ -> encoding).toList(), BATCH_NANOS, 0);
    }

    @Override
    public void close() {}
  }
}
