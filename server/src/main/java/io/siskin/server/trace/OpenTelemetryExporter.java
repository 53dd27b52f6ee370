package io.siskin.server.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.siskin.index.error.InvalidInputException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends spans by OTLP with OpenTelemetry's SDK, which keeps them for some seconds and sends many at
 * a time.
 *
 * <p>The SDK reads the standard variables of the environment: {@code OTEL_EXPORTER_OTLP_…}, {@code
 * OTEL_SERVICE_NAME}, {@code OTEL_RESOURCE_ATTRIBUTES}, {@code OTEL_BSP_…} and {@code
 * OTEL_SDK_DISABLED}. What the options say goes before them. Whatever the variables say, no metrics
 * and no logs are sent, and which calls are recorded is decided elsewhere ({@link Sampling}).
 *
 * <p>The SDK drops spans without a word when its queue is full. So this class knows how many it
 * has, and counts as lost what would not fit.
 */
public final class OpenTelemetryExporter implements SpanExporter {
  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(OpenTelemetryExporter.class);
  // java.util.logging forgets loggers, and their levels, that nobody holds. What fails is told
  // here.
  private static final Logger LIBRARY = Logger.getLogger("io.opentelemetry");
  private static final String SCOPE = "io.siskin";
  private static final String QUEUE_SIZE = "otel.bsp.max.queue.size";
  private static final int QUEUE_SIZE_DEFAULT = 2_048;
  private static final long CLOSE_SECONDS_MAX = 5;

  private final OpenTelemetrySdk sdk;
  private final Tracer tracer;
  private final GivenIds ids;
  private final Delivery delivery;
  private final AtomicLong offered = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final int queueCapacity;

  private OpenTelemetryExporter(
      OpenTelemetrySdk sdk, GivenIds ids, Delivery delivery, int queueCapacity) {
    this.sdk = sdk;
    this.tracer = sdk.getTracer(SCOPE);
    this.ids = ids;
    this.delivery = delivery;
    this.queueCapacity = queueCapacity;
  }

  /** Says which ids the next span gets. Used by the one thread that makes spans. */
  private static final class GivenIds implements IdGenerator {
    private TraceContext next = new TraceContext(1, 1, 1, true);

    @Override
    public String generateSpanId() {
      return next.spanIdText();
    }

    @Override
    public String generateTraceId() {
      return next.traceId();
    }
  }

  /** Counts what becomes of the spans that the SDK sends. Safe for concurrent use. */
  private static final class Delivery {
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean isFailing;

    void ended(int spans, CompletableResultCode result) {
      if (result.isSuccess()) {
        sent.addAndGet(spans);
        if (isFailing) {
          isFailing = false;
          LOG.info("traces are sent again");
        }
        return;
      }
      failed.addAndGet(spans);
      if (!isFailing) {
        isFailing = true;
        LOG.warn(
            "traces cannot be sent, and are lost until they can be: {}",
            String.valueOf(result.getFailureThrowable()));
      }
    }
  }

  /** Sends through another exporter and tells what became of it. */
  private record Counted(io.opentelemetry.sdk.trace.export.SpanExporter sender, Delivery delivery)
      implements io.opentelemetry.sdk.trace.export.SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      int count = spans.size();
      CompletableResultCode result = sender.export(spans);
      return result.whenComplete(() -> delivery.ended(count, result));
    }

    @Override
    public CompletableResultCode flush() {
      return sender.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return sender.shutdown();
    }
  }

  /**
   * Starts to send.
   *
   * @param options where to, and the name of the service
   * @throws InvalidInputException when a variable of the environment has no meaning
   */
  public static OpenTelemetryExporter start(TraceOptions options) {
    LIBRARY.setLevel(Level.OFF);
    GivenIds ids = new GivenIds();
    Delivery delivery = new Delivery();
    int[] queueCapacity = {QUEUE_SIZE_DEFAULT};
    try {
      AutoConfiguredOpenTelemetrySdk configured =
          AutoConfiguredOpenTelemetrySdk.builder()
              .disableShutdownHook()
              .addPropertiesSupplier(
                  () ->
                      Map.of(
                          "otel.exporter.otlp.protocol",
                          "http/protobuf",
                          "otel.service.name",
                          "siskin"))
              .addPropertiesCustomizer(properties -> settings(options))
              .addTracerProviderCustomizer(
                  (provider, properties) -> {
                    queueCapacity[0] = queueSize(properties);
                    return provider.setIdGenerator(ids);
                  })
              .addSpanExporterCustomizer((sender, properties) -> new Counted(sender, delivery))
              .build();
      return new OpenTelemetryExporter(
          configured.getOpenTelemetrySdk(), ids, delivery, queueCapacity[0]);
    } catch (ConfigurationException wrong) {
      throw new InvalidInputException(
          "OTEL_ variables of the environment",
          String.valueOf(wrong.getMessage()),
          "what OpenTelemetry's documentation allows, with the protocol http/protobuf");
    }
  }

  private static int queueSize(ConfigProperties properties) {
    return properties.getInt(QUEUE_SIZE, QUEUE_SIZE_DEFAULT);
  }

  /** Returns what goes before the environment. */
  private static Map<String, String> settings(TraceOptions options) {
    Map<String, String> settings = new HashMap<>();
    settings.put("otel.traces.exporter", "otlp");
    settings.put("otel.metrics.exporter", "none");
    settings.put("otel.logs.exporter", "none");
    settings.put("otel.propagators", "none");
    settings.put("otel.traces.sampler", "always_on");
    if (!options.endpoint().isEmpty()) {
      settings.put("otel.exporter.otlp.traces.endpoint", options.endpoint());
    }
    if (!options.serviceName().isEmpty()) {
      settings.put("otel.service.name", options.serviceName());
    }
    return settings;
  }

  @Override
  public void export(List<FinishedSpan> spans) {
    long waiting = offered.get() - sentSpans() - delivery.failed.get();
    if (waiting + spans.size() > queueCapacity) {
      refused.addAndGet(spans.size());
      return;
    }
    offered.addAndGet(spans.size());
    Instant now = Instant.now();
    long epochNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    // What is added to a time of the monotonic clock to get one since 1970.
    long offset = epochNanos - System.nanoTime();
    spans.forEach(span -> make(span, offset));
  }

  private void make(FinishedSpan span, long epochOffsetNanos) {
    ids.next = span.context();
    Span made =
        tracer
            .spanBuilder(span.name())
            .setParent(parent(span))
            .setSpanKind(
                switch (span.kind()) {
                  case SERVER -> SpanKind.SERVER;
                  case INTERNAL -> SpanKind.INTERNAL;
                })
            .setStartTimestamp(span.startNanoTime() + epochOffsetNanos, TimeUnit.NANOSECONDS)
            .setAllAttributes(attributes(span.attributes()))
            .startSpan();
    if (!span.error().isEmpty()) {
      made.setStatus(StatusCode.ERROR, span.error());
    }
    made.end(span.endNanoTime() + epochOffsetNanos, TimeUnit.NANOSECONDS);
  }

  private static Context parent(FinishedSpan span) {
    if (span.parentSpanId() == 0) {
      return Context.root();
    }
    TraceContext own = span.context();
    String id = own.withSpan(span.parentSpanId()).spanIdText();
    // A span has the state of its parent.
    TraceState state = state(own.state());
    SpanContext parent =
        span.parentIsRemote()
            ? SpanContext.createFromRemoteParent(own.traceId(), id, TraceFlags.getSampled(), state)
            : SpanContext.create(own.traceId(), id, TraceFlags.getSampled(), state);
    return Context.root().with(Span.wrap(parent));
  }

  private static TraceState state(String header) {
    if (header.isEmpty()) {
      return TraceState.getDefault();
    }
    TraceStateBuilder state = TraceState.builder();
    // The builder puts each entry before the ones that it has.
    for (String entry : List.of(header.split(",")).reversed()) {
      int equals = entry.indexOf('=');
      if (equals > 0) {
        state.put(entry.substring(0, equals).strip(), entry.substring(equals + 1).strip());
      }
    }
    return state.build();
  }

  private static Attributes attributes(Map<String, Object> values) {
    AttributesBuilder attributes = Attributes.builder();
    values.forEach(
        (name, value) -> {
          switch (value) {
            case Long number -> attributes.put(AttributeKey.longKey(name), number);
            case Double number -> attributes.put(AttributeKey.doubleKey(name), number);
            case Boolean truth -> attributes.put(AttributeKey.booleanKey(name), truth);
            default -> attributes.put(AttributeKey.stringKey(name), value.toString());
          }
        });
    return attributes.build();
  }

  @Override
  public long lostSpans() {
    return refused.get() + delivery.failed.get();
  }

  @Override
  public long sentSpans() {
    return delivery.sent.get();
  }

  @Override
  public void close() {
    CompletableResultCode _ =
        sdk.getSdkTracerProvider().shutdown().join(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
  }
}
