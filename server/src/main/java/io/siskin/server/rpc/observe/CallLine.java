package io.siskin.server.rpc.observe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.search.SearchMode;
import io.siskin.server.trace.TraceContext;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a call as one line of JSON. All that is not ASCII is escaped, control characters
 * among it, and long texts are cut, so a caller cannot forge a line or fill a disk with one.
 */
final class CallLine {
  /** The longest name or id, in UTF-16 code units. */
  static final int NAME_LENGTH_MAX = 256;

  /** The longest text of a search. */
  static final int TEXT_LENGTH_MAX = 1_000;

  private static final char CUT = '…';
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private CallLine() {}

  /**
   * Returns the line of a call that has ended, without the end of the line.
   *
   * @param call the call
   */
  static String of(CallRecord call) {
    StringWriter line = new StringWriter(512);
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("time", time(call.endNanoTime()).toString());
      trace(json, call.span() == null ? call.callerSpan() : call.span());
      text(json, "key_id", call.keyId(), NAME_LENGTH_MAX);
      text(json, "client", address(call.client()), NAME_LENGTH_MAX);
      text(json, "method", call.method(), NAME_LENGTH_MAX);
      text(json, "collection", call.collection(), NAME_LENGTH_MAX);
      json.writeStringField("status", call.status().name());
      json.writeNumberField("total_nanos", call.totalNanos());
      CallRecord.SearchFacts search = call.search();
      if (search != null) {
        search(json, search);
      }
      text(json, "encoder", call.encoder(), NAME_LENGTH_MAX);
      length(json, "request_bytes", call.requestBytes());
      length(json, "response_bytes", call.responseBytes());
      text(json, "text", call.text(), TEXT_LENGTH_MAX);
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException("memory cannot be written", impossible);
    }
    return line.toString();
  }

  private static void trace(JsonGenerator json, @Nullable TraceContext span) throws IOException {
    if (span != null) {
      json.writeStringField("trace_id", span.traceId());
      json.writeStringField("span_id", span.spanIdText());
    }
  }

  private static void search(JsonGenerator json, CallRecord.SearchFacts search) throws IOException {
    json.writeNumberField("queue_nanos", search.encoderQueueNanos() + search.queueNanos());
    json.writeNumberField("encode_nanos", search.encodeNanos());
    json.writeNumberField("search_nanos", search.searchNanos());
    json.writeNumberField("fetch_nanos", search.fetchNanos());
    json.writeNumberField("k", search.k());
    json.writeStringField("mode", name(search.mode()));
    json.writeNumberField("hits", search.hitCount());
  }

  private static void text(JsonGenerator json, String name, String text, int lengthMax)
      throws IOException {
    if (!text.isEmpty()) {
      json.writeStringField(name, cut(text, lengthMax));
    }
  }

  private static void length(JsonGenerator json, String name, long bytes) throws IOException {
    if (bytes > 0) {
      json.writeNumberField(name, bytes);
    }
  }

  /**
   * Cuts a long text, and says so with a sign at its end.
   *
   * @param text the text
   * @param lengthMax its longest length, in UTF-16 code units
   */
  static String cut(String text, int lengthMax) {
    return text.length() <= lengthMax ? text : text.substring(0, lengthMax - 1) + CUT;
  }

  /** Returns the name of a mode, as metrics and messages have it. */
  static String name(SearchMode mode) {
    return switch (mode) {
      case SearchMode.Exact _ -> "exact";
      case SearchMode.Clustered _ -> "clustered";
      case SearchMode.ScoreAtATime _ -> "score_at_a_time";
    };
  }

  /** Returns a client's address without asking anybody for its name. */
  static String address(@Nullable SocketAddress client) {
    if (client == null) {
      return "";
    }
    if (client instanceof InetSocketAddress inet && inet.getAddress() != null) {
      String host = inet.getAddress().getHostAddress();
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
    }
    String text = client.toString();
    return text.isEmpty() ? "unix" : text;
  }

  /** Returns the time of the day of a reading of {@link System#nanoTime}. */
  static Instant time(long nanoTime) {
    return Instant.now().minusNanos(System.nanoTime() - nanoTime);
  }
}
