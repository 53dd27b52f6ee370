package io.siskin.server.trace;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/**
 * Takes traces by OTLP over HTTP. It reads the messages by their field numbers, as
 * opentelemetry-proto's {@code trace/v1/trace.proto} has them.
 */
final class OtlpReceiver implements AutoCloseable {
  /** What was received, in its order. */
  final List<Received> spans = new CopyOnWriteArrayList<>();

  /** What the resources said of themselves. */
  final Map<String, Object> resource = new LinkedHashMap<>();

  private final HttpServer http;
  private volatile int status = 200;

  /** A span that was received. */
  record Received(
      String traceId,
      String spanId,
      String state,
      String parentSpanId,
      String name,
      int kind,
      long startNanos,
      long endNanos,
      Map<String, Object> attributes,
      int status) {}

  OtlpReceiver() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/v1/traces", this::answer);
    http.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + http.getAddress().getPort() + "/v1/traces";
  }

  /** Answers with another status from now on. */
  void answering(int newStatus) {
    status = newStatus;
  }

  @Override
  public void close() {
    http.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      InputStream body = exchange.getRequestBody();
      if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
        body = new GZIPInputStream(body);
      }
      UnknownFieldSet request = UnknownFieldSet.parseFrom(body);
      if (status == 200) {
        request.getField(1).getLengthDelimitedList().forEach(this::resourceSpans);
      }
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private void resourceSpans(ByteString bytes) {
    UnknownFieldSet message = parsed(bytes);
    message
        .getField(1)
        .getLengthDelimitedList()
        .forEach(one -> resource.putAll(attributes(parsed(one).getField(1))));
    for (ByteString scope : message.getField(2).getLengthDelimitedList()) {
      parsed(scope).getField(2).getLengthDelimitedList().forEach(one -> spans.add(span(one)));
    }
  }

  private static Received span(ByteString bytes) {
    UnknownFieldSet message = parsed(bytes);
    return new Received(
        hex(message.getField(1)),
        hex(message.getField(2)),
        text(message.getField(3)),
        hex(message.getField(4)),
        text(message.getField(5)),
        Math.toIntExact(number(message.getField(6))),
        message.getField(7).getFixed64List().getFirst(),
        message.getField(8).getFixed64List().getFirst(),
        attributes(message.getField(9)),
        message.getField(15).getLengthDelimitedList().stream()
            .mapToInt(one -> Math.toIntExact(number(parsed(one).getField(3))))
            .findFirst()
            .orElse(0));
  }

  private static Map<String, Object> attributes(UnknownFieldSet.Field field) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    for (ByteString bytes : field.getLengthDelimitedList()) {
      UnknownFieldSet attribute = parsed(bytes);
      UnknownFieldSet value = parsed(attribute.getField(2).getLengthDelimitedList().getFirst());
      attributes.put(
          text(attribute.getField(1)),
          value.hasField(1) ? text(value.getField(1)) : (Object) number(value.getField(3)));
    }
    return attributes;
  }

  private static UnknownFieldSet parsed(ByteString bytes) {
    try {
      return UnknownFieldSet.parseFrom(bytes);
    } catch (IOException malformed) {
      throw new AssertionError(malformed);
    }
  }

  private static String hex(UnknownFieldSet.Field field) {
    return field.getLengthDelimitedList().stream()
        .map(bytes -> HexFormat.of().formatHex(bytes.toByteArray()))
        .findFirst()
        .orElse("");
  }

  private static String text(UnknownFieldSet.Field field) {
    return field.getLengthDelimitedList().isEmpty()
        ? ""
        : field.getLengthDelimitedList().getFirst().toStringUtf8();
  }

  private static long number(UnknownFieldSet.Field field) {
    return field.getVarintList().isEmpty() ? 0 : field.getVarintList().getFirst();
  }
}
