package io.siskin.loadtest.overload;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.stub.StreamObserver;
import io.siskin.index.vector.TermIdVector;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchServiceGrpc.SearchServiceStub;
import io.siskin.proto.v1.SparseVector;
import io.siskin.server.corpus.SourceQueries;
import io.siskin.server.corpus.SourceQuery;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends exact vector searches to a server: in an open loop at a fixed rate, whatever becomes of the
 * earlier ones, or in a closed loop of callers that each wait for their answer.
 *
 * <p>Reads one load per line from standard input, {@code open RATE SECONDS} or {@code closed
 * CALLERS SECONDS}. It answers each line with one line of JSON ({@link LoadOutcome#summary}) once
 * the last call of the load has ended. So one warm JVM sends all loads of a measurement. One thread
 * sends, and one reads the answers.
 */
public final class LoadGenerator {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int HITS = 10;
  private static final int FLOW_CONTROL_WINDOW_BYTES = 4 << 20;

  private final List<SearchRequest> requests;
  private final List<SearchServiceStub> connections;
  private final long deadlineNanos;
  private final AtomicLong next = new AtomicLong();

  private LoadGenerator(
      List<SearchRequest> requests, List<SearchServiceStub> connections, long deadlineNanos) {
    this.requests = requests;
    this.connections = connections;
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * Sends the loads that standard input asks for.
   *
   * @param arguments HOST:PORT, the collection, a file of query vectors, how many connections, the
   *     deadline of a call in milliseconds
   * @throws Exception when the queries or standard input cannot be read
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 5) {
      System.err.println("usage: HOST:PORT COLLECTION QUERIES CONNECTIONS DEADLINE_MILLIS");
      System.exit(2);
    }
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    List<ManagedChannel> channels = new ArrayList<>();
    try {
      for (int i = Integer.parseInt(arguments[3]); i > 0; i--) {
        channels.add(connect(arguments[0], loop));
      }
      new LoadGenerator(
              read(Path.of(arguments[2]), arguments[1]),
              channels.stream().map(SearchServiceGrpc::newStub).toList(),
              TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[4])))
          .run(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
      var _ = loop.shutdownGracefully();
    }
  }

  private static ManagedChannel connect(String target, EventLoopGroup loop) {
    return NettyChannelBuilder.forTarget(target)
        .eventLoopGroup(loop)
        .channelType(EpollSocketChannel.class)
        .usePlaintext()
        .directExecutor()
        .disableRetry()
        .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
        .build();
  }

  private static List<SearchRequest> read(Path file, String collection) throws IOException {
    List<SearchRequest> requests = new ArrayList<>();
    for (SourceQuery query : SourceQueries.read(file)) {
      if (!(query.vector() instanceof TermIdVector terms)) {
        throw new IOException(query.place() + ": not a vector of term ids");
      }
      SparseVector.Builder vector = SparseVector.newBuilder();
      for (int i = 0; i < terms.size(); i++) {
        vector.addTermIds(terms.termId(i)).addWeights(terms.weight(i));
      }
      requests.add(
          SearchRequest.newBuilder()
              .setCollection(collection)
              .setVector(vector)
              .setK(HITS)
              .setRecallTarget(1)
              .build());
    }
    return requests;
  }

  private void run(BufferedReader loads) throws IOException, InterruptedException {
    for (String line = loads.readLine(); line != null; line = loads.readLine()) {
      String[] words = line.trim().split(" ");
      double seconds = Double.parseDouble(words[2]);
      LoadOutcome outcome = new LoadOutcome(deadlineNanos);
      switch (words[0]) {
        case "open" -> sendOpen(Double.parseDouble(words[1]), seconds, outcome);
        case "closed" -> sendClosed(Integer.parseInt(words[1]), seconds, outcome);
        default -> throw new IOException("'" + line + "'; allowed: open and closed");
      }
      System.out.println(JSON.writeValueAsString(outcome.summary(seconds)));
    }
  }

  /** Sends at the rate, and returns when the last call has ended. */
  private void sendOpen(double rate, double seconds, LoadOutcome outcome)
      throws InterruptedException {
    int calls = (int) Math.round(rate * seconds);
    CountDownLatch open = new CountDownLatch(calls);
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      long due = start + Math.round(i * 1e9 / rate);
      for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
        LockSupport.parkNanos(early);
      }
      send(due, outcome, open::countDown);
    }
    open.await();
  }

  /** Lets callers send one call after the other, and returns when the last call has ended. */
  private void sendClosed(int callers, double seconds, LoadOutcome outcome)
      throws InterruptedException {
    CountDownLatch open = new CountDownLatch(callers);
    long end = System.nanoTime() + Math.round(seconds * 1e9);
    for (int i = 0; i < callers; i++) {
      sendAgain(end, outcome, open);
    }
    open.await();
  }

  private void sendAgain(long endNanoTime, LoadOutcome outcome, CountDownLatch open) {
    if (System.nanoTime() - endNanoTime >= 0) {
      open.countDown();
    } else {
      send(System.nanoTime(), outcome, () -> sendAgain(endNanoTime, outcome, open));
    }
  }

  private void send(long dueNanoTime, LoadOutcome outcome, Runnable onEnd) {
    long number = next.getAndIncrement();
    outcome.sent(dueNanoTime);
    connections
        .get((int) (number % connections.size()))
        .withDeadlineAfter(deadlineNanos, TimeUnit.NANOSECONDS)
        .search(
            requests.get((int) (number % requests.size())),
            new StreamObserver<>() {
              @Override
              public void onNext(SearchResponse response) {
                outcome.answered(dueNanoTime, response.getTimings());
              }

              @Override
              public void onError(Throwable error) {
                outcome.failed(dueNanoTime, Status.fromThrowable(error).getCode());
                onEnd.run();
              }

              @Override
              public void onCompleted() {
                onEnd.run();
              }
            });
  }
}
