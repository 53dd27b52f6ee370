package io.siskin.server.rpc.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.siskin.server.rpc.transport.CallObserver;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.rpc.transport.CallRecords;
import io.siskin.server.rpc.transport.CallSpans;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import io.siskin.server.trace.FinishedSpan;
import io.siskin.server.trace.RequestTrace;
import io.siskin.server.trace.Sampling;
import io.siskin.server.trace.TraceContext;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which spans are made of a record. */
final class CallTracesTest {
  private static final CallObserver ALL =
      new CallObserver() {
        private final Sampling sampling = new Sampling(1);

        @Override
        public TraceContext begin(TraceContext caller) {
          return sampling.begin(caller);
        }

        @Override
        public void ended(CallRecord call) {
          // The test reads the record itself.
        }
      };

  private static CallRecord.SearchFacts facts(
      long encoderQueueNanos, long queueNanos, long encodeNanos, long endNanoTime) {
    return new CallRecord.SearchFacts(
        10,
        3,
        new SearchMode.Exact(),
        2,
        SearchStats.NONE,
        encoderQueueNanos,
        queueNanos,
        encodeNanos,
        400,
        100,
        endNanoTime);
  }

  private static FinishedSpan named(List<FinishedSpan> spans, String name) {
    return spans.stream().filter(span -> span.name().equals(name)).findFirst().orElseThrow();
  }

  private static long length(FinishedSpan span) {
    return span.endNanoTime() - span.startNanoTime();
  }

  private static void passTime() {
    long until = System.nanoTime() + 1_000_000;
    while (System.nanoTime() - until < 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aTextThatAModelEncodedHasAllSteps() {
    CallRecord call = CallRecords.begun("siskin.v1.SearchService/Search", ALL);
    RequestTrace toEncoder = call.trace(CallSpans.ENCODE);
    passTime();
    call.setCollection("birds");
    call.setEncoder("splade", 17);
    call.encoded();
    passTime();
    call.setSearch(facts(3_000, 2_000, 50_000, System.nanoTime()));
    call.end(Status.Code.OK);
    List<FinishedSpan> spans = CallTraces.spans(call);
    assertThat(spans)
        .extracting(FinishedSpan::name)
        .containsExactly(
            "siskin.v1.SearchService/Search",
            "wait for encoder",
            "encode",
            "wait for search thread",
            "search",
            "fetch");
    FinishedSpan encode = named(spans, "encode");
    // What was sent to a remote encoder is the id of this span.
    assertThat(encode.context()).isEqualTo(toEncoder.context());
    assertThat(encode.attributes())
        .containsEntry("siskin.encoder", "splade")
        .containsEntry("siskin.batch_texts", 17L);
    assertThat(length(encode)).isEqualTo(50_000);
    assertThat(length(named(spans, "wait for encoder"))).isEqualTo(3_000);
    assertThat(length(named(spans, "wait for search thread"))).isEqualTo(2_000);
    assertThat(length(named(spans, "search"))).isEqualTo(400);
    assertThat(length(named(spans, "fetch"))).isEqualTo(100);
    assertThat(named(spans, "wait for encoder").endNanoTime()).isEqualTo(encode.startNanoTime());
    assertThat(named(spans, "wait for search thread").endNanoTime())
        .isEqualTo(named(spans, "search").startNanoTime());
    assertThat(named(spans, "search").endNanoTime())
        .isEqualTo(named(spans, "fetch").startNanoTime());
    assertThat(spans).extracting(span -> span.context().spanId()).doesNotHaveDuplicates();
    assertThat(spans.getFirst().parentSpanId()).isZero();
  }

  @Test
  void aVectorHasNeitherEncodingNorWaiting() {
    CallRecord call = CallRecords.begun("siskin.v1.SearchService/Search", ALL);
    passTime();
    call.setSearch(facts(0, 0, 0, System.nanoTime()));
    call.end(Status.Code.OK);
    assertThat(CallTraces.spans(call))
        .extracting(FinishedSpan::name)
        .containsExactly("siskin.v1.SearchService/Search", "search", "fetch");
  }

  @Test
  void stepsAreNeverOutsideOfTheirCall() {
    CallRecord call = CallRecords.begun("siskin.v1.SearchService/Search", ALL);
    call.setSearch(facts(0, 1_000_000_000_000L, 1_000_000_000_000L, System.nanoTime()));
    call.end(Status.Code.OK);
    for (FinishedSpan span : CallTraces.spans(call)) {
      assertThat(span.startNanoTime() - call.startNanoTime()).as(span.name()).isNotNegative();
      assertThat(length(span)).as(span.name()).isNotNegative();
    }
  }

  @Test
  void aWriteHasItsSteps() {
    CallRecord call = CallRecords.begun("siskin.v1.DocumentService/Upsert", ALL);
    RequestTrace write = call.trace(CallSpans.PREPARE);
    long start = System.nanoTime();
    write.prepared(start);
    write.applied(System.nanoTime());
    write.forced(start, System.nanoTime());
    call.end(Status.Code.OK);
    assertThat(CallTraces.spans(call))
        .extracting(FinishedSpan::name)
        .containsExactly("siskin.v1.DocumentService/Upsert", "prepare", "apply", "force log");
  }

  @Test
  void anEncodingHasOneStep() {
    CallRecord call = CallRecords.begun("siskin.v1.EncodeService/Encode", ALL);
    call.setEncoder("splade", 0);
    call.encoded();
    call.end(Status.Code.OK);
    List<FinishedSpan> spans = CallTraces.spans(call);
    assertThat(spans)
        .extracting(FinishedSpan::name)
        .containsExactly("siskin.v1.EncodeService/Encode", "encode");
    assertThat(spans.get(1).attributes())
        .containsEntry("siskin.encoder", "splade")
        .doesNotContainKey("siskin.batch_texts");
  }

  @Test
  void whatIsNotRecordedHasNothing() {
    CallRecord call = CallRecords.begun("siskin.v1.SearchService/Search", CallObserver.NONE);
    assertThat(call.trace(CallSpans.ENCODE)).isNull();
    assertThat(call.trace()).isNull();
    call.end(Status.Code.OK);
    assertThat(CallTraces.spans(call)).isEmpty();
  }

  @Test
  void aCallEndsOnce() {
    CallRecord call = CallRecords.begun("siskin.v1.SearchService/Search", ALL);
    call.end(Status.Code.OK);
    long end = call.endNanoTime();
    passTime();
    call.end(Status.Code.CANCELLED);
    assertThat(call.status()).isEqualTo(Status.Code.OK);
    assertThat(call.endNanoTime()).isEqualTo(end);
  }

  @Test
  void aRequestOfAStreamBelongsToTheStream() {
    CallRecord stream =
        CallRecords.begun(
            "siskin.v1.SearchService/SearchStream",
            ALL,
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    stream.setKeyId("k1");
    CallRecord element = stream.beginElement(new io.siskin.server.counters.CallCounters());
    element.end(Status.Code.NOT_FOUND);
    FinishedSpan span = CallTraces.spans(element).getFirst();
    assertThat(span.parentSpanId()).isEqualTo(stream.span().spanId());
    assertThat(span.parentIsRemote()).isFalse();
    assertThat(span.name()).isEqualTo("siskin.v1.SearchService/SearchStream request");
    assertThat(span.attributes())
        .containsEntry("siskin.key_id", "k1")
        .containsEntry("rpc.response.status_code", "NOT_FOUND");
    assertThat(span.error()).isEmpty();
    assertThat(span.context().traceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
  }
}
