package io.siskin.loadtest.bench;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.server.observe.AccessLogOptions;
import io.siskin.server.observe.SlowQueryOptions;
import io.siskin.server.rpc.observe.Observation;
import io.siskin.server.rpc.transport.CallCounting;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import io.siskin.server.trace.TraceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures what the record of a call costs the call, with nothing, the access log or traces on; and
 * what it costs the thread behind to write a line.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CallRecordBenchmark {
  private static final int LINES = 50_000;
  private static final String TRACEPARENT =
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  /** What is on. */
  @Param({"off", "log", "traces"})
  private String on = "off";

  private final SearchRequest request =
      SearchRequest.newBuilder().setCollection("books").setText("a moth").build();
  private final CallRecord.SearchFacts facts =
      new CallRecord.SearchFacts(
          10,
          10,
          SearchMode.ScoreAtATime.DEFAULTS,
          3,
          new SearchStats(10, 100, 50, 50, 80, 4_000, 0),
          0,
          0,
          1_000,
          40_000,
          5_000,
          System.nanoTime());
  private final Metadata headers = new Metadata();
  private Observation observation = Observation.off();
  private CallCounting calls = new CallCounting();
  private Path folder = Path.of("");

  /** A call that goes nowhere. */
  private static final class NoCall extends ServerCall<SearchRequest, SearchResponse> {
    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata sent) {}

    @Override
    public void sendMessage(SearchResponse message) {}

    @Override
    public void close(Status status, Metadata trailers) {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public Attributes getAttributes() {
      return Attributes.EMPTY;
    }

    @Override
    public MethodDescriptor<SearchRequest, SearchResponse> getMethodDescriptor() {
      return SearchServiceGrpc.getSearchMethod();
    }
  }

  /** Starts what is on. */
  @Setup
  public void start() throws IOException {
    folder = Files.createTempDirectory("siskin-bench-");
    headers.put(Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER), "bench");
    boolean traces = on.equals("traces");
    if (traces) {
      headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), TRACEPARENT);
    }
    AccessLogOptions.Destination destination =
        on.equals("log")
            ? new AccessLogOptions.Destination.File(folder.resolve("access.log"), 100 << 20, 2)
            : new AccessLogOptions.Destination.Off();
    observation =
        Observation.start(
            new AccessLogOptions(destination, false, 1 << 16),
            SlowQueryOptions.DEFAULTS,
            // Nobody is there: what is sent is lost, which costs the same here.
            new TraceOptions(traces, "http://127.0.0.1:9/v1/traces", 1, ""),
            () -> {
              throw new IllegalStateException("standard output was not asked for");
            });
    calls = new CallCounting(observation);
  }

  /** Ends what is on. */
  @TearDown
  public void stop() throws IOException {
    observation.close();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** Begins and ends a call that does nothing but what every search writes into its record. */
  @Benchmark
  public void call() {
    one();
  }

  /** Waits, too, until the thread behind has written the lines, if there is a log. */
  @Benchmark
  @OperationsPerInvocation(LINES)
  public void callAndLine() throws InterruptedException {
    long before = lines();
    for (int i = 0; i < LINES; i++) {
      one();
    }
    while (on.equals("log") && lines() - before < LINES) {
      Thread.sleep(0, 100_000);
    }
  }

  private long lines() {
    var counts = observation.counts();
    return counts.accessLines() + counts.accessLinesLost();
  }

  private void one() {
    NoCall call = new NoCall();
    var listener =
        calls.interceptCall(
            call,
            headers,
            (intercepted, _) -> {
              CallRecord record = CallRecord.current();
              return new ServerCall.Listener<SearchRequest>() {
                @Override
                public void onHalfClose() {
                  record.setCollection("books");
                  record.setRequest(request);
                  record.setSearch(facts);
                  intercepted.close(Status.OK, new Metadata());
                }
              };
            });
    listener.onMessage(request);
    listener.onHalfClose();
    listener.onComplete();
  }
}
