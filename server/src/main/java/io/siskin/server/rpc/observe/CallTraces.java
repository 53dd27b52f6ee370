package io.siskin.server.rpc.observe;

import io.grpc.Status;
import io.siskin.server.observe.BackgroundQueue;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.rpc.transport.CallSpans;
import io.siskin.server.search.SearchStats;
import io.siskin.server.trace.FinishedSpan;
import io.siskin.server.trace.RequestTrace;
import io.siskin.server.trace.SpanExporter;
import io.siskin.server.trace.TraceContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes spans of the calls that are recorded, and has them sent, on a thread of its own. Safe for
 * concurrent use. Owns its thread and the exporter.
 */
final class CallTraces implements AutoCloseable {
  private static final int CAPACITY = 2_048;
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final SpanExporter exporter;
  private final BackgroundQueue<CallRecord> calls;

  /**
   * Starts the thread.
   *
   * @param exporter sends the spans
   */
  CallTraces(SpanExporter exporter) {
    this.exporter = exporter;
    this.calls =
        new BackgroundQueue<>(
            "siskin-traces", CAPACITY, PAUSE, call -> exporter.export(spans(call)));
  }

  /**
   * Takes a call that has ended.
   *
   * @param call a call that is recorded
   */
  void add(CallRecord call) {
    boolean _ = calls.offer(call);
  }

  /** Returns how many spans were sent. */
  long sent() {
    return exporter.sentSpans();
  }

  /** Returns how many spans were lost; a call whose spans were never made counts as one. */
  long lost() {
    return exporter.lostSpans() + calls.lost();
  }

  /** Sends what waits, and ends. */
  @Override
  public void close() {
    calls.close();
    exporter.close();
  }

  /**
   * Returns the spans of a call, the call itself first; none for a call that is not recorded.
   *
   * @param call a call that has ended
   */
  static List<FinishedSpan> spans(CallRecord call) {
    TraceContext span = call.span();
    if (span == null) {
      return List.of();
    }
    List<FinishedSpan> spans = new ArrayList<>();
    spans.add(whole(call, span));
    Steps steps = new Steps(call, span, spans);
    CallRecord.SearchFacts search = call.search();
    if (search != null) {
      steps.search(search);
    } else if (call.encodedNanoTime() != CallRecord.NO_TIME) {
      steps.add(
          CallSpans.ENCODE,
          "encode",
          call.startNanoTime(),
          call.encodedNanoTime(),
          steps.encoding());
    }
    RequestTrace write = call.trace();
    if (write != null) {
      steps.add(CallSpans.PREPARE, "prepare", write.prepare());
      steps.add(CallSpans.APPLY, "apply", write.apply());
      steps.add(CallSpans.FORCE, "force log", write.force());
    }
    return spans;
  }

  private static FinishedSpan whole(CallRecord call, TraceContext span) {
    TraceContext parent = call.callerSpan();
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("rpc.system", "grpc");
    attributes.put("rpc.method", call.method());
    attributes.put("rpc.response.status_code", call.status().name());
    put(attributes, "db.collection.name", call.collection());
    put(attributes, "client.address", CallLine.address(call.client()));
    put(attributes, "siskin.key_id", call.keyId());
    if (!call.collection().isEmpty()) {
      attributes.put("db.system.name", "siskin");
    }
    CallRecord.SearchFacts search = call.search();
    if (search != null) {
      attributes.put("siskin.k", (long) search.k());
      attributes.put("siskin.hits", (long) search.hitCount());
    }
    return new FinishedSpan(
        span,
        parent == null ? 0 : parent.spanId(),
        !call.isElement(),
        call.isElement() ? call.method() + " request" : call.method(),
        call.isElement() ? FinishedSpan.Kind.INTERNAL : FinishedSpan.Kind.SERVER,
        call.startNanoTime(),
        call.endNanoTime(),
        attributes,
        isFault(call.status()) ? call.status().name() : "");
  }

  /** Returns whether it is the server's fault, as OpenTelemetry's conventions for gRPC say. */
  private static boolean isFault(Status.Code status) {
    return switch (status) {
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
      case OK,
          CANCELLED,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNAUTHENTICATED ->
          false;
    };
  }

  private static void put(Map<String, Object> attributes, String name, String text) {
    if (!text.isEmpty()) {
      attributes.put(name, CallLine.cut(text, CallLine.NAME_LENGTH_MAX));
    }
  }

  /** Adds the steps of one call. */
  private record Steps(CallRecord call, TraceContext span, List<FinishedSpan> spans) {
    void add(int number, String name, RequestTrace.Interval when) {
      if (!when.isNone()) {
        add(number, name, when.startNanoTime(), when.endNanoTime(), Map.of());
      }
    }

    void add(
        int number,
        String name,
        long startNanoTime,
        long endNanoTime,
        Map<String, Object> attributes) {
      // A step is never outside of its call, whatever the rounding of its parts.
      long start = startNanoTime - call.startNanoTime() < 0 ? call.startNanoTime() : startNanoTime;
      spans.add(
          new FinishedSpan(
              span.child(number),
              span.spanId(),
              false,
              name,
              FinishedSpan.Kind.INTERNAL,
              start,
              endNanoTime - start < 0 ? start : endNanoTime,
              attributes,
              ""));
    }

    /** The stages of a search follow one another, so that their ends and lengths say all. */
    void search(CallRecord.SearchFacts search) {
      long fetchStart = search.fetchedNanoTime() - search.fetchNanos();
      long searchStart = fetchStart - search.searchNanos();
      long begin = searchStart;
      if (call.encodedNanoTime() != CallRecord.NO_TIME) {
        long encodeStart = call.encodedNanoTime() - search.encodeNanos();
        if (search.encoderQueueNanos() > 0) {
          add(
              CallSpans.ENCODER_QUEUE,
              "wait for encoder",
              encodeStart - search.encoderQueueNanos(),
              encodeStart,
              Map.of());
        }
        add(CallSpans.ENCODE, "encode", encodeStart, call.encodedNanoTime(), encoding());
      } else if (search.encodeNanos() > 0) {
        begin -= search.encodeNanos();
        add(CallSpans.ENCODE, "encode", begin, searchStart, Map.of());
      }
      if (search.queueNanos() > 0) {
        add(
            CallSpans.QUEUE,
            "wait for search thread",
            begin - search.queueNanos(),
            begin,
            Map.of());
      }
      add(CallSpans.SEARCH, "search", searchStart, fetchStart, evaluation(search));
      add(CallSpans.FETCH, "fetch", fetchStart, search.fetchedNanoTime(), Map.of());
    }

    Map<String, Object> encoding() {
      Map<String, Object> attributes = new LinkedHashMap<>();
      put(attributes, "siskin.encoder", call.encoder());
      if (call.encodedTexts() > 0) {
        attributes.put("siskin.batch_texts", (long) call.encodedTexts());
      }
      return attributes;
    }

    private static Map<String, Object> evaluation(CallRecord.SearchFacts search) {
      SearchStats stats = search.stats();
      Map<String, Object> attributes = new LinkedHashMap<>();
      attributes.put("siskin.mode", CallLine.name(search.mode()));
      attributes.put("siskin.segments", (long) search.segmentCount());
      attributes.put("siskin.lists_visited", stats.listsVisited());
      attributes.put("siskin.blocks_bounded", stats.blocksBounded());
      attributes.put("siskin.blocks_skipped", stats.blocksSkipped());
      attributes.put("siskin.blocks_scored", stats.blocksScored());
      attributes.put("siskin.documents_scored", stats.documentsScored());
      attributes.put("siskin.postings_scored", stats.postingsScored());
      attributes.put("siskin.budget_exhausted", stats.budgetExhausted());
      return attributes;
    }
  }
}
