package io.siskin.server.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.testing.CapturedLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a collector gets by OTLP. */
@Timeout(60)
final class OpenTelemetryExporterTest {
  private static final TraceContext CALL =
      new TraceContext(
          0x0af7651916cd43ddL, 0x8448eb211c80319cL, 0xb7ad6b7169203331L, true, "one=1, two=a b");

  private static TraceOptions to(String endpoint) {
    return new TraceOptions(true, endpoint, 1, "birds");
  }

  private static FinishedSpan call(long parentSpanId, String error) {
    long now = System.nanoTime();
    return new FinishedSpan(
        CALL,
        parentSpanId,
        true,
        "siskin.v1.SearchService/Search",
        FinishedSpan.Kind.SERVER,
        now - 5_000_000,
        now - 1_000_000,
        Map.of("rpc.system", "grpc", "siskin.k", 10L),
        error);
  }

  private static FinishedSpan step() {
    long now = System.nanoTime();
    return new FinishedSpan(
        CALL.child(4),
        CALL.spanId(),
        false,
        "search",
        FinishedSpan.Kind.INTERNAL,
        now - 4_000_000,
        now - 2_000_000,
        Map.of("siskin.mode", "exact"),
        "");
  }

  @Test
  void aCollectorGetsWhatWasExported() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver()) {
      long epochNanos = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
      OpenTelemetryExporter exporter = OpenTelemetryExporter.start(to(receiver.endpoint()));
      exporter.export(List.of(call(0x17, ""), step()));
      exporter.export(List.of(call(0, "INTERNAL")));
      exporter.close();
      assertThat(receiver.spans).hasSize(3);
      OtlpReceiver.Received call = receiver.spans.get(0);
      assertThat(call.traceId()).isEqualTo(CALL.traceId());
      assertThat(call.spanId()).isEqualTo(CALL.spanIdText());
      assertThat(call.parentSpanId()).isEqualTo("0000000000000017");
      assertThat(call.state()).isEqualTo("one=1,two=a b");
      assertThat(call.name()).isEqualTo("siskin.v1.SearchService/Search");
      assertThat(call.kind()).as("SPAN_KIND_SERVER").isEqualTo(2);
      assertThat(call.endNanos() - call.startNanos()).isEqualTo(4_000_000);
      assertThat(call.startNanos()).isCloseTo(epochNanos, within(TimeUnit.SECONDS.toNanos(50)));
      assertThat(call.attributes())
          .containsOnly(Map.entry("rpc.system", "grpc"), Map.entry("siskin.k", 10L));
      assertThat(call.status()).isZero();
      OtlpReceiver.Received step = receiver.spans.get(1);
      assertThat(step.traceId()).isEqualTo(CALL.traceId());
      assertThat(step.spanId()).isEqualTo(CALL.child(4).spanIdText());
      assertThat(step.parentSpanId()).isEqualTo(call.spanId());
      assertThat(step.state()).isEqualTo(call.state());
      assertThat(step.kind()).as("SPAN_KIND_INTERNAL").isEqualTo(1);
      OtlpReceiver.Received failed = receiver.spans.get(2);
      assertThat(failed.parentSpanId()).as("a root").isEmpty();
      assertThat(failed.traceId()).isEqualTo(CALL.traceId());
      assertThat(failed.status()).as("STATUS_CODE_ERROR").isEqualTo(2);
      assertThat(receiver.resource).containsEntry("service.name", "birds");
      assertThat(exporter.sentSpans()).isEqualTo(3);
      assertThat(exporter.lostSpans()).isZero();
    }
  }

  @Test
  void withoutACollectorSpansAreLostAndCountedAndToldOnce() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver();
        CapturedLog log = new CapturedLog("io.siskin.server.trace")) {
      receiver.answering(400);
      OpenTelemetryExporter exporter = OpenTelemetryExporter.start(to(receiver.endpoint()));
      List<FinishedSpan> many = new ArrayList<>(Collections.nCopies(600, call(0, "")));
      exporter.export(many);
      exporter.close();
      assertThat(exporter.sentSpans()).isZero();
      assertThat(exporter.lostSpans()).isEqualTo(600);
      assertThat(log.lines(Level.WARN)).hasSize(1).first().asString().contains("cannot be sent");
    }
  }

  @Test
  void whatDoesNotFitIsLostAndCounted() throws Exception {
    try (OtlpReceiver receiver = new OtlpReceiver()) {
      OpenTelemetryExporter exporter = OpenTelemetryExporter.start(to(receiver.endpoint()));
      exporter.export(Collections.nCopies(3_000, call(0, "")));
      assertThat(exporter.lostSpans()).isEqualTo(3_000);
      exporter.export(List.of(call(0, "")));
      exporter.close();
      assertThat(exporter.lostSpans()).isEqualTo(3_000);
      assertThat(exporter.sentSpans()).isEqualTo(1);
    }
  }

  @Test
  void optionsAreChecked() {
    for (String endpoint : List.of("localhost:4318", "ftp://collector/x", "http://", "a b")) {
      assertThatThrownBy(() -> new TraceOptions(true, endpoint, 1, ""))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("traces.endpoint", endpoint, "http");
    }
    assertThatThrownBy(() -> new TraceOptions(true, "", Double.NaN, ""))
        .hasMessageContaining("traces.sample_ratio");
    assertThatThrownBy(() -> new TraceOptions(true, "", 1, "x".repeat(256)))
        .hasMessageContaining("traces.service_name");
  }
}
