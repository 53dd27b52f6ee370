package io.siskin.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.index.testing.Repository;
import io.siskin.server.batch.BatchingMetrics;
import io.siskin.server.batch.EncodeNanos;
import io.siskin.server.batch.EncoderOverloadedException.Reason;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.EncodingStore;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.counters.AccessCounts;
import io.siskin.server.counters.BufferPoolCounts;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.counters.CertificateState;
import io.siskin.server.counters.DurationHistogram;
import io.siskin.server.counters.HttpCounts;
import io.siskin.server.counters.ObservationCounts;
import io.siskin.server.counters.RecallCounts;
import io.siskin.server.counters.RpcCounts;
import io.siskin.server.counters.ScrubCounts;
import io.siskin.server.counters.SearchTotals;
import io.siskin.server.counters.ShareHistogram;
import io.siskin.server.counters.StageCounts;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.counters.WriteTotals;
import io.siskin.server.filter.FilterCache;
import io.siskin.server.retrieve.CollectionDescription;
import io.siskin.server.rpc.FakeRetriever;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import io.siskin.server.testing.MetricsOverHttp;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MetricsPageTest {
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `([a-z_]+)` \\| (\\w+) \\| ([^|]+) \\| ([^|]+) \\|$", Pattern.MULTILINE);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Supplier<RpcCounts> rpc = MetricsPageTest::rpcCounts;
  private MetricsOverHttp server;

  @BeforeEach
  void start() throws IOException {
    server =
        MetricsOverHttp.start(
            new MetricSources(
                "1.0",
                "scalar",
                () -> rpc.get(),
                () -> List.of(collection()),
                () -> Map.of("birds \"of\" prey", searches()),
                () ->
                    Map.of(
                        "interpolation", new StageCounts(new DurationHistogram().counts(), 41, 42)),
                () -> Map.of("birds \"of\" prey", writes()),
                () -> new FilterCache.Metrics(1, 2, 3, 4, 5, 6, 7),
                () -> Map.of("tiny-0123", model()),
                () -> new EncodingCache.Metrics(1, 2, 3, 4, 5, 6),
                () ->
                    new StoredEncodings.Metrics(
                        StoredEncodings.State.TAKEN,
                        1,
                        2,
                        3,
                        4,
                        5,
                        new EncodingStore.Size(6, 7),
                        8),
                () -> new ScrubCounts(7, 8),
                () -> new ObservationCounts(11, 12, 13, 14, 15),
                MetricsPageTest::recall,
                () -> Map.of("grpc", new BufferPoolCounts(16, 17)),
                () -> Map.of("http", new HttpCounts(31, 32, 33, 34, 35)),
                () -> new AccessCounts(Map.of("unknown", 18L), 19, true, 20, 21),
                () -> new CertificateState(22, true)));
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  private static RpcCounts rpcCounts() {
    CallCounters calls = new CallCounters();
    calls.start();
    calls.start();
    calls.end("OK", 20_000);
    return new RpcCounts(
        Map.of("a/B", calls.counts()),
        Map.of("a/C", calls.counts()),
        new RpcCounts.Admission(1, 2, 3, 4, 8, 5, 6, 7, 9, 10, 11, 12),
        new RpcCounts.Floods(21, 22, 23, 24, 25, 26, 27));
  }

  private static CollectionDescription collection() {
    return new CollectionDescription(
        "birds \"of\" prey",
        10,
        20,
        30,
        40,
        "",
        "",
        "",
        Vocabulary.NONE,
        List.of(),
        new SearchMode.Exact(),
        1,
        List.of(),
        List.of(),
        false,
        FakeRetriever.storage());
  }

  private static SearchTotals.Counts searches() {
    SearchTotals tally = new SearchTotals();
    tally.add(new SearchMode.Exact(), new SearchStats(1, 2, 3, 4, 5, 6, 7), 8, 9, 10, 11);
    return tally.counts();
  }

  private static WriteCounts writes() {
    WriteTotals totals = new WriteTotals();
    totals.written();
    totals.written();
    totals.deleted(3);
    totals.memoryFull();
    totals.logged(500);
    totals.forced(2_000_000);
    totals.seals().finished(40_000_000, 7_000);
    totals.seals().queued();
    totals.seals().began();
    totals.merges().queued();
    totals.merges().failed();
    return totals.counts(new WriteCounts.State(1, 2, 3, 4, 5, 6));
  }

  private static RecallCounts recall() {
    ShareHistogram recalls = new ShareHistogram();
    recalls.add(1);
    recalls.add(0.9);
    recalls.add(0.91);
    recalls.add(0);
    return new RecallCounts(
        Map.of(new RecallCounts.Kind("birds \"of\" prey", "0.95"), recalls.counts()),
        18,
        19,
        20,
        21_000_000_000L);
  }

  private static BatchingMetrics model() {
    DurationHistogram waits = new DurationHistogram();
    waits.add(1_000_000);
    return new BatchingMetrics(
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        new TreeMap<>(Map.of(1, 2L, 2, 3L, 3, 4L, 4096, 1L)),
        8,
        new BatchingMetrics.QueueNanos(1, 2, 3, 4),
        waits.counts(),
        new EncodeNanos(1, 2, 3, 4),
        Map.of(Reason.QUEUE_FULL, 9L, Reason.DEADLINE_OUT_OF_REACH, 10L),
        11,
        12,
        13,
        14,
        15,
        new EncodingCache.Metrics(1, 2, 3, 4, 5, 6));
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(30));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  private Scrape scrape() throws Exception {
    HttpResponse<String> response = get("/metrics");
    assertThat(response.statusCode()).isEqualTo(200);
    return Scrape.parse(response.body());
  }

  /** The page lists what is scraped, with the same type, labels and words; and nothing else. */
  @Test
  void thePageAndTheAnswerAgree() throws Exception {
    String page = Files.readString(Repository.root().resolve("docs/metrics.md"));
    Map<String, String> documented = new TreeMap<>();
    for (MatchResult row : ROW.matcher(page).results().toList()) {
      assertThat(documented.put(row.group(1), row.group())).as(row.group(1)).isNull();
    }
    Map<String, String> scraped = new TreeMap<>();
    scrape()
        .families()
        .forEach(
            (name, family) -> {
              String labels =
                  family.labels().isEmpty()
                      ? "–"
                      : String.join(", ", new TreeSet<>(family.labels()));
              scraped.put(
                  name,
                  "| `%s` | %s | %s | %s |".formatted(name, family.type(), labels, family.help()));
            });
    assertThat(documented).isEqualTo(scraped);
    assertThat(documented).hasSizeGreaterThan(60);
  }

  @Test
  void numbersStandWhereTheyBelong() throws Exception {
    Map<String, Double> samples = new LinkedHashMap<>(scrape().samples());
    String collection = "{collection=\"birds \\\"of\\\" prey\"}";
    assertThat(samples)
        .containsEntry("siskin_collection_documents" + collection, 10.0)
        .containsEntry("siskin_collection_size_bytes" + collection, 40.0)
        .containsEntry("siskin_search_documents_scored_total" + collection, 5.0)
        .containsEntry("siskin_search_budget_exhausted_total" + collection, 7.0)
        .containsEntry("siskin_grpc_calls_in_flight{method=\"a/B\"}", 1.0)
        .containsEntry("siskin_grpc_calls_total{method=\"a/B\",status=\"OK\"}", 1.0)
        .containsEntry(
            "siskin_grpc_call_duration_seconds_bucket{method=\"a/B\",le=\"1.0E-5\"}", 0.0)
        .containsEntry(
            "siskin_grpc_call_duration_seconds_bucket{method=\"a/B\",le=\"2.5E-5\"}", 1.0)
        .containsEntry("siskin_admission_waiting_tasks_limit", 4.0)
        .containsEntry("siskin_admission_refused_tasks_total", 7.0)
        .containsEntry("siskin_admission_waiting_bulk_tasks", 10.0)
        .containsEntry("siskin_admission_refused_late_searches_total", 11.0)
        .containsEntry("siskin_admission_displaced_tasks_total", 12.0)
        .containsEntry("siskin_grpc_rate_refused_requests_total{limit=\"documents\"}", 22.0)
        .containsEntry("siskin_grpc_unread_answers_total", 23.0)
        .containsEntry("siskin_grpc_connections", 24.0)
        .containsEntry("siskin_grpc_refused_connections_total{reason=\"silent\"}", 27.0)
        .containsEntry(
            "siskin_encoder_refused_texts_total{model=\"tiny-0123\",reason=\"queue_full\"}", 9.0)
        .containsEntry("siskin_encoder_batch_texts_bucket{model=\"tiny-0123\",le=\"1.0\"}", 2.0)
        .containsEntry("siskin_encoder_batch_texts_bucket{model=\"tiny-0123\",le=\"2.0\"}", 5.0)
        .containsEntry("siskin_encoder_batch_texts_bucket{model=\"tiny-0123\",le=\"4.0\"}", 9.0)
        .containsEntry("siskin_encoder_batch_texts_bucket{model=\"tiny-0123\",le=\"4096.0\"}", 10.0)
        .containsEntry("siskin_encoder_batch_texts_sum{model=\"tiny-0123\"}", 4_116.0)
        .containsEntry("siskin_encoding_cache_size_limit_bytes", 6.0)
        .containsEntry("siskin_encoding_store_state{state=\"taken\"}", 1.0)
        .containsEntry("siskin_encoding_store_state{state=\"open\"}", 0.0)
        .containsEntry("siskin_encoding_store_hits_total", 1.0)
        .containsEntry("siskin_encoding_store_misses_total", 2.0)
        .containsEntry("siskin_encoding_store_written_texts_total", 3.0)
        .containsEntry("siskin_encoding_store_dropped_texts_total", 4.0)
        .containsEntry("siskin_encoding_store_failures_total", 5.0)
        .containsEntry("siskin_encoding_store_entries", 6.0)
        .containsEntry("siskin_encoding_store_size_bytes", 7.0)
        .containsEntry("siskin_encoding_store_size_limit_bytes", 8.0)
        .containsEntry("siskin_access_log_lines_total", 11.0)
        .containsEntry("siskin_access_log_lost_lines_total", 12.0)
        .containsEntry("siskin_slow_queries_total", 13.0)
        .containsEntry("siskin_trace_spans_total", 14.0)
        .containsEntry("siskin_trace_lost_spans_total", 15.0)
        .containsEntry("siskin_network_buffers_used_bytes{library=\"grpc\"}", 16.0)
        .containsEntry("siskin_network_buffers_reserved_bytes{library=\"grpc\"}", 17.0)
        .containsEntry("siskin_recall_dropped_samples_total{reason=\"busy\"}", 18.0)
        .containsEntry("siskin_recall_dropped_samples_total{reason=\"gone\"}", 19.0)
        .containsEntry("siskin_recall_dropped_samples_total{reason=\"failed\"}", 20.0)
        .containsEntry("siskin_recall_sampling_seconds_total", 21.0);
    String recall = "siskin_sampled_recall_ratio_bucket{collection=\"birds \\\"of\\\" prey\",";
    assertThat(samples)
        .containsEntry(recall + "target=\"0.95\",le=\"0.0\"}", 1.0)
        .containsEntry(recall + "target=\"0.95\",le=\"0.9\"}", 2.0)
        .containsEntry(recall + "target=\"0.95\",le=\"0.95\"}", 3.0)
        .containsEntry(recall + "target=\"0.95\",le=\"0.999\"}", 3.0)
        .containsEntry(recall + "target=\"0.95\",le=\"1.0\"}", 4.0);
    String seal = "{build=\"seal\",collection=\"birds \\\"of\\\" prey\"}";
    assertThat(samples)
        .containsEntry("siskin_segment_build_written_bytes_total" + seal, 7_000.0)
        .containsEntry("siskin_segment_builds_running" + seal, 1.0)
        .containsEntry("siskin_segment_builds_waiting" + seal, 0.0)
        .containsEntry("siskin_segment_builds_waiting" + seal.replace("seal", "merge"), 1.0);
    assertThat(samples.get("jvm_threads_current")).isGreaterThan(1);
    assertThat(samples.get("process_start_time_seconds")).isGreaterThan(1.7e9);
  }

  @Test
  void openMetricsIsForThoseWhoAskForIt() throws Exception {
    HttpResponse<String> open =
        get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0");
    assertThat(open.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(open.body()).endsWith("# EOF\n").contains("# UNIT jvm_memory_used_bytes bytes");
    assertThat(get("/metrics").headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
  }

  @Test
  void onlyGetsOfTheOnePathAreAnswered() throws Exception {
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThat(get("/metrics/x").statusCode()).isEqualTo(404);
    assertThat(get("/metricsx").statusCode()).isEqualTo(404);
    assertThat(get("/metrics?name=x").statusCode()).isEqualTo(200);
    HttpResponse<String> head =
        client.send(
            HttpRequest.newBuilder(uri("/metrics")).HEAD().build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(head.statusCode()).isEqualTo(200);
    byte[] large = new byte[8 << 20];
    Arrays.fill(large, (byte) 'x');
    try {
      HttpResponse<String> post =
          client.send(
              HttpRequest.newBuilder(uri("/metrics"))
                  .POST(HttpRequest.BodyPublishers.ofByteArray(large))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(post.statusCode()).isEqualTo(413);
    } catch (IOException cutOff) {
      // Nor is what does not end read to its end.
    }
    assertThat(scrape().families()).isNotEmpty();
  }

  @Test
  void aFailureIsAnsweredAndForgotten() throws Exception {
    rpc =
        () -> {
          throw new IllegalStateException("secret");
        };
    HttpResponse<String> failed = get("/metrics");
    assertThat(failed.statusCode()).isEqualTo(500);
    assertThat(failed.body()).doesNotContain("secret");
    rpc = MetricsPageTest::rpcCounts;
    assertThat(scrape().families()).isNotEmpty();
  }

  /** Requests without an end, and connections without a request, are ended; threads stay few. */
  @Test
  void hostileConnectionsEndAndHarmNobody() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try {
      Socket endless = new Socket(InetAddress.getLoopbackAddress(), server.port());
      sockets.add(endless);
      endless.setSoTimeout(30_000);
      try {
        endless
            .getOutputStream()
            .write(("GET /" + "x".repeat(4 << 20)).getBytes(StandardCharsets.UTF_8));
        assertThat(isEnded(endless)).as("a path without an end").isTrue();
      } catch (SocketException reset) {
        // While it was still sending.
      }
      for (int i = 0; i < 200; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(30_000);
        sockets.add(socket);
        try {
          socket.getOutputStream().write("GET /met".getBytes(StandardCharsets.UTF_8));
        } catch (SocketException refused) {
          // One too many.
        }
      }
      assertThat(
              Thread.getAllStackTraces().keySet().stream()
                  .filter(thread -> thread.getName().startsWith("siskin-http")))
          .hasSizeLessThanOrEqualTo(2);
      for (Socket socket : sockets) {
        assertThat(isEnded(socket)).isTrue();
      }
      assertThat(scrape().families()).isNotEmpty();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static boolean isEnded(Socket socket) throws IOException {
    try {
      InputStream in = socket.getInputStream();
      while (in.read() >= 0) {
        // What it says is of no interest.
      }
      return true;
    } catch (SocketException reset) {
      return true;
    }
  }
}
