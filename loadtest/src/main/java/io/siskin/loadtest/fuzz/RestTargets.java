package io.siskin.loadtest.fuzz;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.github.luben.zstd.Zstd;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCalls;
import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.ServerServiceGrpc;
import io.siskin.server.encode.spec.EncoderSpecJson;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.http.HttpOptions;
import io.siskin.server.http.SingleConnection;
import io.siskin.server.http.Site;
import io.siskin.server.rpc.gateway.GrpcRestGateway;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.transport.CallGuard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests over HTTP, through the handlers of a real connection, the real gateway and services that
 * check their requests as the real ones do and answer with nothing. Used by one thread.
 *
 * <p>Right is an answer of status 200, or one that says what is wrong with the request. Everything
 * else is a fault: another status, no answer to a whole request, an answer that is no HTTP, the
 * name of a class in an answer, memory that is still held afterwards.
 */
final class RestTargets implements AutoCloseable {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          SearchServiceGrpc.getServiceDescriptor(),
          DocumentServiceGrpc.getServiceDescriptor(),
          CollectionServiceGrpc.getServiceDescriptor(),
          PipelineServiceGrpc.getServiceDescriptor(),
          EncodeServiceGrpc.getServiceDescriptor(),
          ServerServiceGrpc.getServiceDescriptor());
  private static final int REQUEST_BYTES_MAX = 4 << 20;
  private static final int WEIGHT = 10;
  private static final String BOOKS = "/v1/collections/books/";
  private static final Pattern CONTENT_LENGTH =
      Pattern.compile("(?im)^content-length: *([0-9]+) *$");
  private static final String LINE = "HTTP/1.1 ";
  private static final int STATUS_DIGITS = 3;
  private static final int OTHER_VERSION = 505;
  private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};

  // Bodies are shorter than what an input may take, so that an unbounded one is noticed.
  private static final HttpOptions OPTIONS =
      HttpOptions.DEFAULTS.withLimits(
          new HttpOptions.Limits(16, 16, 16 << 10, 100, 1 << 20, 32L << 20, 16));

  private final StatusMapper statuses = new StatusMapper(Duration.ofMillis(50));
  private final Server server;
  private final GrpcRestGateway gateway;
  private final Site site;

  /** Starts what answers. */
  RestTargets() throws IOException {
    String name = GrpcRestGateway.newName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name).directExecutor();
    CallGuard guard = new CallGuard(statuses);
    for (ServiceDescriptor service : SERVICES) {
      builder.addService(guard.guard(checking(service)));
    }
    GrpcRestGateway.intercept(builder);
    server = builder.build().start();
    gateway =
        new GrpcRestGateway(name, SERVICES, statuses, false, REQUEST_BYTES_MAX, REQUEST_BYTES_MAX);
    site = Site.builder(OPTIONS).rest(gateway, "fuzz").build();
  }

  @Override
  public void close() {
    site.close();
    gateway.close();
    server.shutdownNow();
  }

  private static ServerServiceDefinition checking(ServiceDescriptor service) {
    ServerServiceDefinition.Builder methods = ServerServiceDefinition.builder(service.getName());
    for (MethodDescriptor<?, ?> method : service.getMethods()) {
      if (method.getType() == MethodDescriptor.MethodType.UNARY) {
        addChecking(methods, method);
      }
    }
    return methods.build();
  }

  @SuppressWarnings("unchecked") // Generated methods take and return messages.
  private static void addChecking(
      ServerServiceDefinition.Builder methods, MethodDescriptor<?, ?> method) {
    MethodDescriptor<Message, Message> typed = (MethodDescriptor<Message, Message>) method;
    var marshaller = (MethodDescriptor.PrototypeMarshaller<Message>) typed.getResponseMarshaller();
    Message empty =
        Objects.requireNonNull(marshaller.getMessagePrototype(), "generated ones have it");
    methods.addMethod(
        typed,
        ServerCalls.asyncUnaryCall(
            (request, answer) -> {
              RequestMapping.map(request);
              answer.onNext(empty);
              answer.onCompleted();
            }));
  }

  /** Returns all targets. */
  List<FuzzTarget> all() throws IOException {
    List<FuzzTarget> all = new ArrayList<>();
    all.add(new FuzzTarget("HTTP connection", WEIGHT, connections(), this::readConnection));
    all.add(
        new FuzzTarget(
            "REST method, path and query",
            WEIGHT,
            List.of(
                ascii("GET /v1/collections?page_size=10&pageToken="),
                ascii("GET /v1/collections/books%2D1"),
                ascii("GET /v1/slow-queries?collection=books&page_size=7"),
                ascii("DELETE " + BOOKS + "snapshots/first"),
                ascii("GET /console/")),
            input -> ask(joined(input, ascii(" HTTP/1.1\r\nHost: localhost\r\n\r\n")), true)));
    byte[] search = ascii(SEARCH);
    String encoder =
        JsonNodeFactory.instance.textNode(EncoderSpecJson.write(new VectorSpec())).toString();
    all.add(body("REST search", "POST", BOOKS + "search", "", search, ascii(VECTOR_SEARCH)));
    all.add(body("REST upsert", "PUT", BOOKS + "documents", "", ascii(UPSERT)));
    all.add(body("REST update", "POST", BOOKS + "documents/update", "", ascii(UPDATE)));
    all.add(body("REST scroll", "POST", BOOKS + "documents/scroll", "", ascii(SCROLL)));
    all.add(body("REST encode", "POST", "/v1/encode", "", ascii(ENCODE)));
    all.add(
        body(
            "REST create",
            "POST",
            "/v1/collections",
            "",
            ascii(CREATE.replace("ENCODER", encoder))));
    all.add(
        body("REST search in gzip", "POST", BOOKS + "search", "gzip", FuzzTargets.gzip(search)));
    all.add(body("REST search in zstd", "POST", BOOKS + "search", "zstd", Zstd.compress(search)));
    return all;
  }

  private static final String SEARCH =
      """
      {"text": "moth", "k": 10, "fields": ["title"], "explain": true, "recallTarget": 0.95,
       "time_budget_micros": "500", "tenant": "t1", "filter": {"allOf": {"filters": [
         {"in": {"field": "lang", "values": [{"stringValue": "en"}, {"boolValue": true}]}},
         {"not": {"range": {"field": "year", "gte": {"int64Value": "1990"}, "lt": {"doubleValue": 2e3}}}},
         {"prefix": {"field": "title", "prefix": "m\\u00f6"}}, {"exists": "year"}]}}}
      """;
  private static final String VECTOR_SEARCH =
      """
      {"vector": {"tokens": ["moth", "lamp"], "weights": [1.5, "0.25"]},
       "filterExpression": "year >= 1990 AND lang IN ('en', 'de')"}
      """;
  private static final String UPSERT =
      """
      {"documents": [
         {"id": "d1", "vector": {"termIds": [3, 70000], "weights": [1.5, 0.25]},
          "fields": {"year": {"int64Value": -1}, "at": {"timestampValue": "2026-01-31T23:59:59.5Z"}}},
         {"id": "d2", "text": "the moth", "fields": {"tags": {"stringListValue": {"values": ["a"]}}}}],
       "waitFor": "WAIT_FOR_SEARCHABLE", "tenant": "t1"}
      """;
  private static final String UPDATE =
      """
      {"updates": [{"id": "d1", "set": {"year": {"int64Value": "7"}}, "remove": ["title"]}], "waitFor": 1}
      """;
  private static final String SCROLL =
      """
      {"pageSize": 100, "pageToken": "", "withVector": true, "fields": ["*"], "filterExpression": "a = 1"}
      """;
  private static final String ENCODE =
      """
      {"model": "splade", "side": "ENCODE_SIDE_QUERY", "inputs": [{"text": "moth", "chunkEnds": [2, 4]}]}
      """;
  private static final String CREATE =
      """
      {"name": "books", "schema": {"fields": [{"name": "year", "type": "FIELD_TYPE_INT64"}]},
       "encoderParametersJson": ENCODER,
       "writes": {"syncPolicy": "SYNC_POLICY_INTERVAL", "syncInterval": "0.5s", "refreshInterval": "1s"},
       "storage": {"weightBits": 8, "reorder": false}, "defaultRecallTarget": 0.95}
      """;

  private static List<byte[]> connections() {
    String body = "{\"text\": \"moth\"}";
    return List.of(
        ascii("GET /v1/collections?page_size=10 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ascii(
            "POST "
                + BOOKS
                + "search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "X-Timeout-Millis: 5000\r\nAuthorization: Bearer abc\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body
                + "GET /healthz HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\r\n"),
        ascii(
            "POST "
                + BOOKS
                + "search HTTP/1.1\r\n"
                + "Host: localhost\r\n"
                + "Content-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
                + "8\r\n"
                + "{\"text\":\r\n"
                + "8\r\n"
                + " \"moth\"}\r\n"
                + "0\r\n\r\n"));
  }

  private FuzzTarget body(
      String name, String method, String path, String packing, byte[]... valid) {
    String head =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + (packing.isEmpty() ? "" : "Content-Encoding: " + packing + "\r\n")
            + "Content-Length: ";
    return new FuzzTarget(
        name,
        WEIGHT,
        List.of(valid),
        input -> ask(joined(ascii(head + input.length + "\r\n\r\n"), input), true));
  }

  /** The whole of it is damaged, so that it may end before a request does. */
  private void readConnection(byte[] input) {
    ask(input, false);
  }

  private void ask(byte[] request, boolean isWhole) {
    SingleConnection connection = new SingleConnection(OPTIONS, site);
    byte[] answers;
    try (connection) {
      answers = connection.exchange(request);
    }
    if (connection.heldBytes() != 0) {
      throw new IllegalStateException(connection.heldBytes() + " bytes are still held");
    }
    int status = lastStatus(answers);
    if (status == 0) {
      if (isWhole) {
        throw new IllegalStateException("a whole request has no answer");
      }
      throw new InvalidInputException("request", "cut off", "a whole one");
    }
    if (status >= 400) {
      throw new InvalidInputException("status", status, "200");
    }
  }

  /** Returns the status of the last answer; 0 if there is none. */
  private static int lastStatus(byte[] answers) {
    int status = 0;
    String all = new String(answers, StandardCharsets.ISO_8859_1);
    for (int at = 0; at < answers.length; ) {
      int end = indexOf(answers, at);
      if (end < 0 || !all.startsWith(LINE, at)) {
        throw new IllegalStateException("no answer of HTTP: " + all.substring(at));
      }
      String head = all.substring(at, end);
      status = Integer.parseInt(head.substring(LINE.length(), LINE.length() + STATUS_DIGITS));
      Matcher length = CONTENT_LENGTH.matcher(head);
      at = end + HEAD_END.length + (length.find() ? Integer.parseInt(length.group(1)) : 0);
      if (status >= 500 && status != OTHER_VERSION) {
        throw new IllegalStateException(all);
      }
    }
    if (all.contains("io.siskin.") || all.contains("java.")) {
      throw new IllegalStateException("the name of a class: " + all);
    }
    return status;
  }

  private static int indexOf(byte[] bytes, int from) {
    for (int i = from; i + HEAD_END.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + HEAD_END.length, HEAD_END, 0, HEAD_END.length)) {
        return i;
      }
    }
    return -1;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
