package io.siskin.server.rpc.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.GetCallerRequest;
import io.siskin.proto.v1.GetCallerResponse;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.GetServerRequest;
import io.siskin.proto.v1.GetServerResponse;
import io.siskin.proto.v1.Grant;
import io.siskin.proto.v1.ListSlowQueriesRequest;
import io.siskin.proto.v1.Role;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import io.siskin.proto.v1.ServerServiceGrpc;
import io.siskin.proto.v1.SlowQuery;
import io.siskin.server.counters.ObservationCounts;
import io.siskin.server.observe.RotatingFile;
import io.siskin.server.observe.SlowQueryOptions;
import io.siskin.server.rpc.FakeBackends;
import io.siskin.server.rpc.FakeRetriever;
import io.siskin.server.rpc.FakeTextEncoders;
import io.siskin.server.rpc.GrpcServer;
import io.siskin.server.rpc.GrpcServerOptions;
import io.siskin.server.rpc.service.CallerRights;
import io.siskin.server.rpc.service.ServerFacts;
import io.siskin.server.trace.FinishedSpan;
import io.siskin.server.trace.Sampling;
import io.siskin.server.trace.SpanExporter;
import io.siskin.server.trace.TraceContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is written about the calls of a server that listens. */
@Timeout(120)
final class ObservationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TraceContext CALLER = new TraceContext(0xa, 0xb, 0xc, true);
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir private Path folder;
  private final FakeRetriever retriever = new FakeRetriever();
  private final Kept exporter = new Kept();
  private Observation observation;
  private GrpcServer server;
  private ManagedChannel channel;

  /** Keeps what is exported. */
  private static final class Kept implements SpanExporter {
    private final List<List<FinishedSpan>> calls = new CopyOnWriteArrayList<>();

    @Override
    public void export(List<FinishedSpan> spans) {
      calls.add(spans);
    }

    @Override
    public long lostSpans() {
      return 0;
    }

    @Override
    public long sentSpans() {
      return calls.stream().mapToLong(List::size).sum();
    }

    @Override
    public void close() {}
  }

  private void serve(boolean queries, double sampleRatio, long slowMillis) throws Exception {
    observation =
        Observation.of(
            new AccessLog(new RotatingFile(log(), 1 << 20, 2), queries, 1_024),
            new SlowQueries(SlowQueryOptions.DEFAULTS.withLimitMillis(slowMillis)),
            new Sampling(sampleRatio),
            exporter);
    server =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).build(),
            FakeBackends.of(retriever, FakeTextEncoders.NONE),
            new ServerFacts("1.2.3", Instant.ofEpochSecond(1_800_000_000), "scalar"),
            CallerRights.EVERYBODY,
            observation);
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
  }

  private Path log() {
    return folder.resolve("access.log");
  }

  /** Ends the server, so that all is written. */
  private void end() throws Exception {
    if (channel != null) {
      channel.shutdown();
      assertThat(channel.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      channel = null;
      assertThat(server.shutdown(Duration.ofSeconds(10))).isTrue();
      observation.close();
    }
  }

  @AfterEach
  void stop() throws Exception {
    end();
  }

  private List<JsonNode> lines() throws Exception {
    end();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(log())) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private SearchServiceGrpc.SearchServiceBlockingStub searches(String... headers) {
    Metadata metadata = new Metadata();
    for (String header : headers) {
      metadata.put(TRACEPARENT, header);
    }
    return SearchServiceGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
        .withDeadlineAfter(Duration.ofSeconds(30));
  }

  private static SearchRequest search(String collection, String text) {
    return SearchRequest.newBuilder().setCollection(collection).setText(text).setK(3).build();
  }

  private static Status.Code failure(Runnable call) {
    try {
      call.run();
      return Status.Code.OK;
    } catch (StatusRuntimeException failed) {
      return failed.getStatus().getCode();
    }
  }

  @Test
  void eachCallHasALine() throws Exception {
    serve(false, 0, 0);
    SearchResponse response = searches(CALLER.toHeader()).search(search("books", "private words"));
    assertThat(response.getHitsCount()).isEqualTo(1);
    assertThat(failure(() -> searches().search(search("books", "x").toBuilder().setK(0).build())))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    CollectionServiceGrpc.newBlockingStub(channel)
        .getCollection(GetCollectionRequest.newBuilder().setName("books").build());
    List<JsonNode> lines = lines();
    assertThat(lines).hasSize(3);
    JsonNode first = lines.get(0);
    assertThat(first.get("method").asText()).isEqualTo("siskin.v1.SearchService/Search");
    assertThat(first.get("collection").asText()).isEqualTo("books");
    assertThat(first.get("status").asText()).isEqualTo("OK");
    assertThat(first.get("trace_id").asText()).isEqualTo(CALLER.traceId());
    assertThat(first.get("span_id").asText()).isNotEqualTo(CALLER.spanIdText()).hasSize(16);
    assertThat(first.get("client").asText()).startsWith("127.0.0.1:");
    assertThat(first.get("k").asInt()).isEqualTo(3);
    assertThat(first.get("hits").asInt()).isEqualTo(1);
    assertThat(first.get("mode").asText()).isEqualTo("clustered");
    assertThat(first.get("encode_nanos").asLong()).isEqualTo(11);
    assertThat(first.get("search_nanos").asLong()).isEqualTo(22);
    assertThat(first.get("fetch_nanos").asLong()).isEqualTo(33);
    assertThat(first.get("total_nanos").asLong()).isPositive();
    assertThat(first.get("request_bytes").asInt())
        .isEqualTo(search("books", "private words").getSerializedSize());
    assertThat(first.get("response_bytes").asInt()).isEqualTo(response.getSerializedSize());
    assertThat(Instant.parse(first.get("time").asText()))
        .isBetween(Instant.now().minusSeconds(100), Instant.now().plusSeconds(1));
    assertThat(lines.get(1).get("status").asText()).isEqualTo("INVALID_ARGUMENT");
    assertThat(lines.get(1).has("trace_id")).isFalse();
    assertThat(lines.get(1).has("hits")).isFalse();
    assertThat(lines.get(2).get("collection").asText()).isEqualTo("books");
    assertThat(Files.readString(log())).doesNotContain("private");
    assertThat(observation.counts().accessLines()).isEqualTo(3);
    assertThat(observation.counts().accessLinesLost()).isZero();
    assertThat(GrpcServer.buffers().reservedBytes()).as("its buffers are ours").isPositive();
  }

  @Test
  void aCallerCannotForgeALine() throws Exception {
    serve(true, 0, 0);
    String hostile = "a\n{\"method\":\"forged\"}\r\u001b[2J\u0085\u2028\"\\\u0000é";
    searches().search(search("books", hostile));
    assertThat(failure(() -> searches().search(search(hostile + "x".repeat(5_000), "y"))))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    searches("00-forged\u001b").search(search("books", "x".repeat(5_000)));
    List<JsonNode> lines = lines();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0).get("text").asText()).isEqualTo(hostile);
    assertThat(lines.get(1).get("collection").asText()).hasSize(256).startsWith(hostile);
    assertThat(lines.get(2).get("text").asText()).hasSize(1_000).endsWith("…");
    assertThat(Files.readString(log())).matches("(?:[ -~]+\n){3}");
  }

  @Test
  void eachRequestOfAStreamHasALineAndTheStreamToo() throws Exception {
    serve(false, 1, 0);
    LinkedBlockingQueue<SearchStreamResponse> answers = new LinkedBlockingQueue<>();
    var call = new StreamOf(answers);
    var requests = SearchServiceGrpc.newStub(channel).searchStream(call);
    requests.onNext(SearchStreamRequest.newBuilder().setSearch(search("books", "a")).build());
    assertThat(answers.poll(20, TimeUnit.SECONDS)).isNotNull();
    requests.onNext(
        SearchStreamRequest.newBuilder()
            .setSearch(search("books", "b").toBuilder().setK(0))
            .build());
    assertThat(answers.poll(20, TimeUnit.SECONDS)).isNotNull();
    requests.onCompleted();
    call.ended.take();
    List<JsonNode> lines = lines();
    assertThat(lines)
        .extracting(line -> line.get("status").asText())
        .containsExactly("OK", "INVALID_ARGUMENT", "OK");
    assertThat(lines.get(0).get("hits").asInt()).isEqualTo(1);
    assertThat(lines.get(2).has("hits")).isFalse();
    // One trace: the requests are parts of the stream's call.
    FinishedSpan stream = exporter.calls.get(2).getFirst();
    FinishedSpan request = exporter.calls.get(0).getFirst();
    assertThat(request.parentSpanId()).isEqualTo(stream.context().spanId());
    assertThat(request.context().traceId()).isEqualTo(stream.context().traceId());
    assertThat(request.kind()).isEqualTo(FinishedSpan.Kind.INTERNAL);
    assertThat(stream.parentSpanId()).isZero();
  }

  /** Takes the answers of a stream. */
  private static final class StreamOf implements io.grpc.stub.StreamObserver<SearchStreamResponse> {
    private final LinkedBlockingQueue<SearchStreamResponse> answers;
    private final LinkedBlockingQueue<String> ended = new LinkedBlockingQueue<>();

    StreamOf(LinkedBlockingQueue<SearchStreamResponse> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(SearchStreamResponse answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable error) {
      ended.add(error.toString());
    }

    @Override
    public void onCompleted() {
      ended.add("OK");
    }
  }

  @Test
  void theStepsOfASearchAreSpansOfItsCallersTrace() throws Exception {
    serve(false, 0, 0);
    searches(CALLER.toHeader()).search(search("books", "a"));
    searches().search(search("books", "not recorded"));
    searches(new TraceContext(1, 2, 3, false).toHeader()).search(search("books", "nor this"));
    end();
    assertThat(exporter.calls).hasSize(1);
    List<FinishedSpan> spans = exporter.calls.getFirst();
    assertThat(spans)
        .extracting(FinishedSpan::name)
        .containsExactly("siskin.v1.SearchService/Search", "encode", "search", "fetch");
    FinishedSpan call = spans.getFirst();
    assertThat(call.context().traceId()).isEqualTo(CALLER.traceId());
    assertThat(call.parentSpanId()).isEqualTo(CALLER.spanId());
    assertThat(call.parentIsRemote()).isTrue();
    assertThat(call.kind()).isEqualTo(FinishedSpan.Kind.SERVER);
    assertThat(call.attributes())
        .containsEntry("rpc.system", "grpc")
        .containsEntry("rpc.method", "siskin.v1.SearchService/Search")
        .containsEntry("rpc.response.status_code", "OK")
        .containsEntry("db.collection.name", "books")
        .containsEntry("siskin.k", 3L)
        .containsEntry("siskin.hits", 1L);
    for (FinishedSpan step : spans.subList(1, spans.size())) {
      assertThat(step.parentSpanId()).as(step.name()).isEqualTo(call.context().spanId());
      assertThat(step.context().traceId()).isEqualTo(CALLER.traceId());
      assertThat(step.startNanoTime() - call.startNanoTime()).isNotNegative();
      assertThat(step.endNanoTime() - step.startNanoTime()).isNotNegative();
      assertThat(call.endNanoTime() - step.endNanoTime()).isNotNegative();
    }
    assertThat(spans.get(2).attributes())
        .containsAllEntriesOf(
            Map.of("siskin.mode", "clustered", "siskin.segments", 4L, "siskin.lists_visited", 1L))
        .containsEntry("siskin.postings_scored", 6L);
    assertThat(observation.counts().spans()).isEqualTo(4);
  }

  @Test
  void faultsAreErrorsAndRefusalsAreNot() throws Exception {
    serve(false, 1, 0);
    assertThat(failure(() -> searches().search(search("books", "x").toBuilder().setK(0).build())))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    retriever.failWith(new IllegalStateException("thrown by the test"));
    assertThat(failure(() -> searches().search(search("books", "x"))))
        .isEqualTo(Status.Code.INTERNAL);
    end();
    assertThat(exporter.calls)
        .extracting(spans -> spans.getFirst().error())
        .containsExactly("", "INTERNAL");
    assertThat(exporter.calls)
        .extracting(spans -> spans.getFirst().attributes().get("rpc.response.status_code"))
        .containsExactly("INVALID_ARGUMENT", "INTERNAL");
    assertThat(exporter.calls).allSatisfy(spans -> assertThat(spans).hasSize(1));
  }

  @Test
  void slowSearchesAreListed() throws Exception {
    serve(false, 0, 1);
    retriever.waitBeforeAnswers(Duration.ofMillis(3));
    searches(CALLER.toHeader()).search(search("books", "slow one"));
    searches().search(search("birds", "slow two"));
    ServerServiceGrpc.ServerServiceBlockingStub service =
        ServerServiceGrpc.newBlockingStub(channel);
    List<SlowQuery> all =
        service.listSlowQueries(ListSlowQueriesRequest.getDefaultInstance()).getQueriesList();
    assertThat(all)
        .extracting(query -> query.getRequest().getText())
        .containsExactly("slow two", "slow one");
    SlowQuery one = all.get(1);
    assertThat(one.getTraceId()).isEqualTo(CALLER.traceId());
    assertThat(one.getHitCount()).isEqualTo(1);
    assertThat(one.getMode().getClustered().getQueryCut()).isEqualTo(7);
    assertThat(one.getCounters().getDocumentsScored()).isEqualTo(5);
    assertThat(one.getTimings().getSearchNanos()).isEqualTo(22);
    assertThat(one.getTimings().getTotalNanos()).isGreaterThan(3_000_000);
    assertThat(
            service
                .listSlowQueries(ListSlowQueriesRequest.newBuilder().setCollection("birds").build())
                .getQueriesCount())
        .isEqualTo(1);
    assertThat(
            service
                .listSlowQueries(ListSlowQueriesRequest.newBuilder().setPageSize(1).build())
                .getQueriesCount())
        .isEqualTo(1);
    for (int size : new int[] {0, 1_001, -1}) {
      assertThat(
              failure(
                  () ->
                      service.listSlowQueries(
                          ListSlowQueriesRequest.newBuilder().setPageSize(size).build())))
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
    assertThat(observation.counts().slowQueries()).isEqualTo(2);
  }

  @Test
  void theServerTellsWhatItIsAndWhatTheCallerMayDo() throws Exception {
    serve(false, 0, 0);
    ServerServiceGrpc.ServerServiceBlockingStub service =
        ServerServiceGrpc.newBlockingStub(channel);
    GetServerResponse told = service.getServer(GetServerRequest.getDefaultInstance());
    assertThat(told.getVersion()).isEqualTo("1.2.3");
    assertThat(told.getStartTime().getSeconds()).isEqualTo(1_800_000_000);
    assertThat(told.getKernels()).isEqualTo("scalar");
    assertThat(told.getKeysRequired()).isFalse();
    assertThat(service.getCaller(GetCallerRequest.getDefaultInstance()))
        .isEqualTo(
            GetCallerResponse.newBuilder()
                .addGrants(Grant.newBuilder().setRole(Role.ROLE_ADMIN).addCollections("*"))
                .build());
  }

  @Test
  void whatIsOffCountsNothing() throws Exception {
    try (Observation off = Observation.off()) {
      assertThat(off.begin(CALLER)).isNull();
      assertThat(off.counts()).isEqualTo(ObservationCounts.NONE);
    }
  }
}
