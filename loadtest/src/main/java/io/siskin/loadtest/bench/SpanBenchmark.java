package io.siskin.loadtest.bench;

import com.sun.net.httpserver.HttpServer;
import io.siskin.server.trace.FinishedSpan;
import io.siskin.server.trace.OpenTelemetryExporter;
import io.siskin.server.trace.TraceContext;
import io.siskin.server.trace.TraceOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the time to make a span and to send it to a collector in this process, which reads and
 * forgets it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SpanBenchmark {
  /** What OpenTelemetry sends at once; with fewer it would wait for more. */
  private static final int SPANS = 512;

  private final List<FinishedSpan> spans = new ArrayList<>();
  private final HttpServer collector;
  private final OpenTelemetryExporter exporter;

  /** Starts the collector and what sends to it. JMH allows no checked exception here. */
  public SpanBenchmark() {
    try {
      collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException("there is no free port", e);
    }
    collector.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
          }
        });
    collector.start();
    exporter =
        OpenTelemetryExporter.start(
            new TraceOptions(
                true, "http://127.0.0.1:" + collector.getAddress().getPort() + "/", 1, ""));
    long now = System.nanoTime();
    TraceContext call = new TraceContext(1, 2, 3, true);
    for (int i = 0; i < SPANS; i++) {
      spans.add(
          new FinishedSpan(
              call.child(i + 1),
              call.spanId(),
              false,
              "search",
              FinishedSpan.Kind.INTERNAL,
              now - 60_000,
              now,
              Map.of("siskin.mode", "exact", "siskin.segments", 3L, "siskin.postings_scored", 9L),
              ""));
    }
  }

  /** Ends the collector. */
  @TearDown
  public void stop() {
    exporter.close();
    collector.stop(0);
  }

  /** Makes spans and waits until they are sent. */
  @Benchmark
  @OperationsPerInvocation(SPANS)
  public void span() throws InterruptedException {
    long before = exporter.sentSpans();
    exporter.export(spans);
    while (exporter.sentSpans() - before < SPANS) {
      Thread.sleep(0, 50_000);
    }
  }
}
