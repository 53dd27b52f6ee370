package io.siskin.loadtest.serve;

import com.google.rpc.Code;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.CompactCollectionRequest;
import io.siskin.proto.v1.CountRequest;
import io.siskin.proto.v1.CreateSnapshotRequest;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.DeleteSnapshotRequest;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.DropCollectionRequest;
import io.siskin.proto.v1.FlushCollectionRequest;
import io.siskin.proto.v1.GetRequest;
import io.siskin.proto.v1.IdList;
import io.siskin.proto.v1.RestoreSnapshotRequest;
import io.siskin.proto.v1.ScrollRequest;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.proto.v1.UpsertResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Everything that clients do with a server, at the same time: searches of all modes with and
 * without filters, reads, writes, deletes, flushes, compactions, snapshots that are restored and
 * dropped, and clients that vanish. It remembers which documents must be there.
 *
 * <p>Started and stopped by one thread; its work has threads of its own.
 */
public final class MixedWork {
  private static final int WRITERS = 2;
  private static final int SEARCHERS = 2;
  private static final int BATCH = 40;
  private static final long DOCUMENTS_PER_WRITER = 4_000;
  private static final long DEADLINE_SECONDS = 60;

  /** What is known of a document. */
  private enum Known {
    THERE,
    GONE,
    /** A write was under way when the server ended. */
    UNSURE
  }

  private final SmallCollection collection;
  private final long seed;
  private final Duration pause;
  private final Map<Long, Known> documents = new ConcurrentSkipListMap<>();
  private final Map<String, LongAdder> done = new ConcurrentSkipListMap<>();
  private final Map<String, LongAdder> failed = new ConcurrentSkipListMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean goesOn;
  private int starts;

  /**
   * Makes work.
   *
   * @param collection the collection, which is there
   * @param seed the seed of what is done
   * @param pause how long each client waits between two steps
   */
  public MixedWork(SmallCollection collection, long seed, Duration pause) {
    this.collection = collection;
    this.seed = seed;
    this.pause = pause;
  }

  /** One client's next step. */
  private interface Step {
    void run(ManagedChannel channel, Random random);
  }

  /**
   * Begins to work.
   *
   * @param server the server
   */
  public void start(ServerProcess server) {
    goesOn = true;
    starts++;
    for (int i = 0; i < WRITERS; i++) {
      int writer = i;
      client(server, "write", (channel, random) -> write(channel, random, writer));
    }
    for (int i = 0; i < SEARCHERS; i++) {
      client(server, "search", this::search);
    }
    client(server, "read", this::read);
    client(server, "maintain", this::maintain);
    client(server, "vanish", (_, random) -> vanish(server, random));
  }

  private void client(ServerProcess server, String name, Step step) {
    Random random = new Random(seed * 1_000_003 + starts * 101L + threads.size());
    threads.add(
        Thread.ofPlatform()
            .daemon()
            .name("client-" + name)
            .start(
                () -> {
                  ManagedChannel channel = server.connect();
                  while (goesOn) {
                    runOnce(channel, random, name, step);
                    ServerProcess.pause(pause.toMillis());
                  }
                  channel.shutdownNow();
                }));
  }

  private void runOnce(ManagedChannel channel, Random random, String name, Step step) {
    try {
      step.run(channel, random);
      done.computeIfAbsent(name, _ -> new LongAdder()).increment();
    } catch (StatusRuntimeException refused) {
      failed
          .computeIfAbsent(name + " " + refused.getStatus().getCode(), _ -> new LongAdder())
          .increment();
    }
  }

  /** Stops the work and waits for its clients. */
  public void stop() {
    goesOn = false;
    for (Thread thread : threads) {
      try {
        if (!thread.join(Duration.ofSeconds(2 * DEADLINE_SECONDS))) {
          throw new IllegalStateException(thread + " hangs");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
    threads.clear();
  }

  /** Returns how often each kind of step was done. */
  public Map<String, Long> done() {
    return sums(done);
  }

  /** Returns how often each kind of step has failed, with the status. */
  public Map<String, Long> failed() {
    return sums(failed);
  }

  private static Map<String, Long> sums(Map<String, LongAdder> counts) {
    Map<String, Long> sums = new TreeMap<>();
    counts.forEach((name, count) -> sums.put(name, count.sum()));
    return sums;
  }

  private void write(ManagedChannel channel, Random random, int writer) {
    long first = writer * DOCUMENTS_PER_WRITER + random.nextLong(DOCUMENTS_PER_WRITER - BATCH);
    boolean deletes = random.nextInt(4) == 0;
    Known before = Known.UNSURE;
    set(first, before);
    try {
      if (deletes) {
        IdList.Builder ids = IdList.newBuilder();
        for (long id = first; id < first + BATCH; id++) {
          ids.addIds("d" + id);
        }
        var _ =
            documents(channel)
                .delete(
                    DeleteRequest.newBuilder()
                        .setCollection(collection.name())
                        .setIds(ids)
                        .build());
        set(first, Known.GONE);
      } else {
        UpsertRequest request = collection.upsert(first, BATCH);
        UpsertResponse answer = documents(channel).upsert(request);
        boolean allDone =
            answer.getResultsList().stream()
                .allMatch(result -> result.getError().getCode() == Code.OK_VALUE);
        set(first, allDone ? Known.THERE : Known.UNSURE);
      }
    } catch (StatusRuntimeException refused) {
      // The outcome is not known, but for refusals; these are few.
      throw refused;
    }
  }

  private void set(long first, Known known) {
    for (long id = first; id < first + BATCH; id++) {
      documents.put(id, known);
    }
  }

  private static DocumentServiceGrpc.DocumentServiceBlockingStub documents(ManagedChannel channel) {
    return DocumentServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private static CollectionServiceGrpc.CollectionServiceBlockingStub collections(
      ManagedChannel channel) {
    return CollectionServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private SearchRequest request(Random random) {
    SearchRequest.Builder request = collection.search(random, 1 + random.nextInt(100));
    switch (random.nextInt(5)) {
      case 0 -> request.setRecallTarget(0.9f);
      case 1 -> request.setFilterExpression("year >= " + (1_900 + random.nextInt(130)));
      case 2 -> request.addFields("body");
      case 3 -> request.setExplain(true);
      default -> request.setTimeBudgetMicros(1_000);
    }
    return request.build();
  }

  private void search(ManagedChannel channel, Random random) {
    var _ =
        SearchServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .search(request(random));
  }

  private void read(ManagedChannel channel, Random random) {
    switch (random.nextInt(3)) {
      case 0 -> {
        var _ =
            documents(channel)
                .scroll(
                    ScrollRequest.newBuilder()
                        .setCollection(collection.name())
                        .setPageSize(500)
                        .addFields("*")
                        .setWithVector(true)
                        .build());
      }
      case 1 -> {
        var _ =
            documents(channel)
                .count(
                    CountRequest.newBuilder()
                        .setCollection(collection.name())
                        .setFilterExpression("year < " + (1_900 + random.nextInt(130)))
                        .build());
      }
      default -> {
        var _ =
            documents(channel)
                .get(
                    GetRequest.newBuilder()
                        .setCollection(collection.name())
                        .addIds("d" + random.nextInt(100))
                        .build());
      }
    }
  }

  private void maintain(ManagedChannel channel, Random random) {
    String name = collection.name();
    switch (random.nextInt(4)) {
      case 0 -> {
        var _ =
            collections(channel)
                .flushCollection(FlushCollectionRequest.newBuilder().setCollection(name).build());
      }
      case 1 -> {
        var _ =
            collections(channel)
                .compactCollection(
                    CompactCollectionRequest.newBuilder().setCollection(name).build());
      }
      default -> restore(channel, name, "s" + random.nextInt(Integer.MAX_VALUE));
    }
  }

  private static void restore(ManagedChannel channel, String name, String snapshot) {
    var _ =
        collections(channel)
            .createSnapshot(
                CreateSnapshotRequest.newBuilder()
                    .setCollection(name)
                    .setSnapshot(snapshot)
                    .build());
    String copy = "copy-" + snapshot;
    var _ =
        collections(channel)
            .restoreSnapshot(
                RestoreSnapshotRequest.newBuilder()
                    .setCollection(name)
                    .setSnapshot(snapshot)
                    .setNewCollection(copy)
                    .build());
    var _ =
        collections(channel)
            .dropCollection(DropCollectionRequest.newBuilder().setName(copy).build());
    var _ =
        collections(channel)
            .deleteSnapshot(
                DeleteSnapshotRequest.newBuilder()
                    .setCollection(name)
                    .setSnapshot(snapshot)
                    .build());
  }

  /** A client that asks and is gone before the answer. */
  private void vanish(ServerProcess server, Random random) {
    ManagedChannel channel = server.connect();
    for (int i = 0; i < 8; i++) {
      SearchServiceGrpc.newStub(channel)
          .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
          .search(request(random), new Ignoring());
    }
    ServerProcess.pause(random.nextInt(20));
    channel.shutdownNow();
  }

  private static final class Ignoring implements StreamObserver<SearchResponse> {
    @Override
    public void onNext(SearchResponse answer) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }

  /**
   * Compares a server with what is known of the documents.
   *
   * @param channel a connection
   * @return what is wrong; empty for nothing
   */
  public List<String> check(ManagedChannel channel) {
    List<String> wrong = new ArrayList<>();
    List<Long> asked = new ArrayList<>();
    for (Map.Entry<Long, Known> document : documents.entrySet()) {
      if (document.getValue() != Known.UNSURE) {
        asked.add(document.getKey());
      }
      if (asked.size() == 500) {
        check(channel, asked, wrong);
        asked.clear();
      }
    }
    if (!asked.isEmpty()) {
      check(channel, asked, wrong);
    }
    return wrong;
  }

  private void check(ManagedChannel channel, List<Long> asked, List<String> wrong) {
    GetRequest.Builder request = GetRequest.newBuilder().setCollection(collection.name());
    asked.forEach(id -> request.addIds("d" + id));
    Map<String, Boolean> found = new HashMap<>();
    documents(channel)
        .get(request.build())
        .getDocumentsList()
        .forEach(document -> found.put(document.getId(), true));
    for (long id : asked) {
      boolean isThere = found.containsKey("d" + id);
      if (isThere != (documents.get(id) == Known.THERE)) {
        wrong.add("d" + id + " is " + (isThere ? "there" : "missing"));
      }
    }
  }
}
