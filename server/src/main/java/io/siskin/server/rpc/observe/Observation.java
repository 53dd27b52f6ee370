package io.siskin.server.rpc.observe;

import io.siskin.server.counters.ObservationCounts;
import io.siskin.server.observe.AccessLogOptions;
import io.siskin.server.observe.LineSink;
import io.siskin.server.observe.RotatingFile;
import io.siskin.server.observe.SlowQueryOptions;
import io.siskin.server.rpc.transport.CallObserver;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.trace.OpenTelemetryExporter;
import io.siskin.server.trace.Sampling;
import io.siskin.server.trace.SpanExporter;
import io.siskin.server.trace.TraceContext;
import io.siskin.server.trace.TraceOptions;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All that is written about calls: the access log, slow queries and traces. What is off costs a
 * comparison per call, and none of its classes is loaded.
 *
 * <p>Safe for concurrent use. Owns its threads; closed after the last call has ended.
 */
public final class Observation implements CallObserver, AutoCloseable {
  private final @Nullable AccessLog accessLog;
  private final SlowQueries slowQueries;
  private final @Nullable Sampling sampling;
  private final @Nullable CallTraces traces;

  private Observation(
      @Nullable AccessLog accessLog,
      SlowQueries slowQueries,
      @Nullable Sampling sampling,
      @Nullable CallTraces traces) {
    this.accessLog = accessLog;
    this.slowQueries = slowQueries;
    this.sampling = sampling;
    this.traces = traces;
  }

  /**
   * Starts what is asked for.
   *
   * @param accessLog where lines of calls go
   * @param slowQueries which searches are remembered
   * @param traces what is traced
   * @param standardOutput gives what writes to standard output; asked only when the access log goes
   *     there
   * @throws io.siskin.index.error.InvalidInputException when a file cannot be opened, or a variable
   *     of the environment for traces has no meaning
   */
  public static Observation start(
      AccessLogOptions accessLog,
      SlowQueryOptions slowQueries,
      TraceOptions traces,
      Supplier<LineSink> standardOutput) {
    // First: the other two start threads.
    SpanExporter exporter = traces.enabled() ? OpenTelemetryExporter.start(traces) : null;
    LineSink sink = sink(accessLog.destination(), standardOutput);
    return of(
        sink == null ? null : new AccessLog(sink, accessLog.queries(), accessLog.queueCapacity()),
        new SlowQueries(slowQueries),
        exporter == null ? null : new Sampling(traces.sampleRatio()),
        exporter);
  }

  /** Puts parts together. */
  static Observation of(
      @Nullable AccessLog accessLog,
      SlowQueries slowQueries,
      @Nullable Sampling sampling,
      @Nullable SpanExporter exporter) {
    return new Observation(
        accessLog, slowQueries, sampling, exporter == null ? null : new CallTraces(exporter));
  }

  /** Returns one that remembers and writes nothing, and has no thread. */
  public static Observation off() {
    SlowQueryOptions none = SlowQueryOptions.DEFAULTS.withLimitMillis(0);
    return of(null, new SlowQueries(none), null, null);
  }

  private static @Nullable LineSink sink(
      AccessLogOptions.Destination destination, Supplier<LineSink> standardOutput) {
    return switch (destination) {
      case AccessLogOptions.Destination.Off() -> null;
      case AccessLogOptions.Destination.StandardOutput() -> standardOutput.get();
      case AccessLogOptions.Destination.File file ->
          new RotatingFile(file.path(), file.sizeBytesMax(), file.countMax());
    };
  }

  @Override
  public @Nullable TraceContext begin(@Nullable TraceContext caller) {
    return sampling == null ? null : sampling.begin(caller);
  }

  @Override
  public void ended(CallRecord call) {
    // First, since the others let go of the request.
    slowQueries.add(call);
    if (accessLog == null) {
      call.forgetRequest("");
    } else {
      accessLog.add(call);
    }
    if (traces != null && call.span() != null) {
      traces.add(call);
    }
  }

  /** Returns the slow searches. */
  public SlowQueries slowQueries() {
    return slowQueries;
  }

  /** Returns what was written so far. */
  public ObservationCounts counts() {
    return new ObservationCounts(
        accessLog == null ? 0 : accessLog.written(),
        accessLog == null ? 0 : accessLog.lost(),
        slowQueries.count(),
        traces == null ? 0 : traces.sent(),
        traces == null ? 0 : traces.lost());
  }

  /** Writes and sends what waits, for some seconds at most, and ends. */
  @Override
  public void close() {
    if (accessLog != null) {
      accessLog.close();
    }
    slowQueries.close();
    if (traces != null) {
      traces.close();
    }
  }
}
