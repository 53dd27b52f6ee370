package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.server.access.ApiKey;
import io.siskin.server.access.Grant;
import io.siskin.server.access.KeyFile;
import io.siskin.server.access.KeyStore;
import io.siskin.server.access.KeyText;
import io.siskin.server.access.Role;
import io.siskin.server.counters.RpcCounts;
import io.siskin.server.rpc.observe.Observation;
import io.siskin.server.rpc.service.ServerFacts;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One key sends twenty times as much as another one, over sockets from the same address. The one
 * search thread does two searches in each round, when the test says so. So what is compared are
 * shares, which depend on no machine's speed: each key is due one of the two.
 */
@Timeout(120)
final class FloodByOneKeyTest {
  private static final int QUEUE_CAPACITY = 8;
  private static final int ROUNDS = 40;
  private static final int FLOOD = 20;
  private static final int SERVED_PER_ROUND = 2;
  // Too much for the network threads.
  private static final long POSTINGS = 1L << 30;
  private static final String GREEDY = "greedy";
  private static final String MODEST = "modest";
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir private Path folder;
  private final FakeRetriever retriever = new FakeRetriever();
  private final Semaphore permits = new Semaphore(0);
  private final List<String> served = Collections.synchronizedList(new ArrayList<>());
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Recorder<SearchResponse>> sent = new ArrayList<>();
  private int releasedCount;
  private KeyStore keys;
  private GrpcServer server;

  @BeforeEach
  void start() throws Exception {
    Path file = folder.resolve("keys.json");
    KeyFile.change(file, all -> all);
    keys = KeyStore.open(file, InstantSource.system());
    retriever.estimate = POSTINGS;
    retriever.behaviour =
        (request, _) -> {
          acquire();
          served.add(request.collection());
          return FakeRetriever.answer("d1");
        };
    server =
        GrpcServer.start(
            GrpcServerOptions.builder()
                .port(0)
                .searchThreads(1)
                .searchQueueCapacity(QUEUE_CAPACITY)
                .build(),
            FakeBackends.of(retriever, FakeTextEncoders.NONE),
            ServerFacts.UNKNOWN,
            new Protection(keys, true, null, null),
            Observation.off());
  }

  @AfterEach
  void stop() throws Exception {
    permits.release(1_000_000);
    for (ManagedChannel channel : channels) {
      channel.shutdownNow();
      assertThat(channel.awaitTermination(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
    server.close();
    keys.close();
  }

  private void acquire() {
    try {
      if (!permits.tryAcquire(60, TimeUnit.SECONDS)) {
        throw new AssertionError("waited in vain");
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  private SearchServiceGrpc.SearchServiceStub connect() throws Exception {
    KeyText text = KeyText.create(new SecureRandom());
    ApiKey key =
        ApiKey.of(text, "", List.of(new Grant(Role.READ, List.of(Grant.ALL))), Instant.now(), null);
    KeyFile.change(
        keys.file(),
        all -> {
          all.put(key.id(), key);
          return all;
        });
    keys.look();
    Metadata header = new Metadata();
    header.put(AUTHORIZATION, "Bearer " + text.reveal());
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .disableRetry()
            .build();
    channels.add(channel);
    return SearchServiceGrpc.newStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(header));
  }

  private Recorder<SearchResponse> search(
      SearchServiceGrpc.SearchServiceStub connection, String name) {
    Recorder<SearchResponse> call = new Recorder<>();
    connection.search(SearchRequest.newBuilder().setCollection(name).setText("moth").build(), call);
    sent.add(call);
    return call;
  }

  /** Waits until each search that was sent has ended, waits in the queue, or has the thread. */
  private void settle() throws InterruptedException {
    for (int i = 0; ; i++) {
      RpcCounts.Admission counts = server.counts().admission();
      long ended = sent.stream().filter(Recorder::hasEnded).count();
      if (ended + counts.waiting() + counts.running() == sent.size()
          && counts.running() == (ended == sent.size() ? 0 : 1)
          && served.size() == releasedCount) {
        return;
      }
      assertThat(i).as("%s of %d, %d ended", counts, sent.size(), ended).isLessThan(20_000);
      Thread.sleep(1);
    }
  }

  @Test
  void theOtherKeyLosesNothing() throws Exception {
    SearchServiceGrpc.SearchServiceStub greedy = connect();
    SearchServiceGrpc.SearchServiceStub modest = connect();
    List<Recorder<SearchResponse>> modestCalls = new ArrayList<>();
    List<Recorder<SearchResponse>> greedyCalls = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < FLOOD; i++) {
        greedyCalls.add(search(greedy, GREEDY));
      }
      settle();
      modestCalls.add(search(modest, MODEST));
      settle();
      permits.release(SERVED_PER_ROUND);
      releasedCount += SERVED_PER_ROUND;
      settle();
    }
    Map<String, Long> servedInRounds = Map.of(GREEDY, countOf(GREEDY), MODEST, countOf(MODEST));
    assertThat(served).hasSize(ROUNDS * SERVED_PER_ROUND);
    // One of them may still wait for its turn.
    assertThat(servedInRounds.get(MODEST)).isBetween((long) ROUNDS - 2, (long) ROUNDS);
    permits.release(QUEUE_CAPACITY + 1);
    for (Recorder<SearchResponse> call : modestCalls) {
      assertThat(call.end()).isEqualTo(Status.OK);
    }
    int refused = 0;
    for (Recorder<SearchResponse> call : greedyCalls) {
      Status end = call.end();
      if (!end.isOk()) {
        assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        refused++;
      }
    }
    assertThat(refused + countOf(GREEDY)).isEqualTo(ROUNDS * FLOOD);
    assertThat(countOf(GREEDY)).as("what is left over is for the greedy one").isGreaterThan(ROUNDS);
  }

  private long countOf(String name) {
    synchronized (served) {
      return served.stream().filter(name::equals).count();
    }
  }
}
