package io.siskin.server.rpc;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.client.EncodeRequest;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchMode;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SearchStream;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.store.Verification;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.counters.ObservationCounts;
import io.siskin.server.counters.RecallCounts;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.encode.spec.VectorOptions;
import io.siskin.server.ingest.DocumentPruning;
import io.siskin.server.ingest.IndexJob;
import io.siskin.server.ingest.IndexRequest;
import io.siskin.server.metrics.MetricSources;
import io.siskin.server.metrics.Scrape;
import io.siskin.server.retrieve.EncodingPipeline;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.testing.FakeTextModel;
import io.siskin.server.testing.MetricsOverHttp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is done over gRPC is shown over HTTP: that, and nothing else. */
@Timeout(120)
class ShownMetricsTest {
  private static final ModelRef REF = new ModelRef("fake", FakeTextModel.FINGERPRINT);
  private static final String MODEL = "{model=\"fake-000000000000\"";
  private static final String BIRDS = "{collection=\"birds\"";
  private static final String SEARCH = "{method=\"siskin.v1.SearchService/Search\"";
  private static final String STREAM = "{method=\"siskin.v1.SearchService/SearchStream\"";
  private static final String ENCODE = "{method=\"siskin.v1.EncodeService/Encode\"";

  @TempDir private Path folder;
  private final FakeTextModel model = new FakeTextModel(64);
  private final BatchedModels models =
      new BatchedModels(
          (directory, ref) -> model, BatchingOptions.DEFAULTS, new EncodingCache(1 << 20));
  private final HttpClient http = HttpClient.newHttpClient();
  private CollectionCatalog catalog;
  private GrpcServer server;
  private MetricsOverHttp metrics;
  private SearchClient client;

  @BeforeEach
  void serve() throws IOException {
    index();
    catalog =
        new CollectionCatalog(
            new DataDirectory(folder.resolve("data")), Verification.FULL, snapshot -> {}, models);
    catalog.openAll();
    RetrievalPipeline retrieval = new RetrievalPipeline(catalog);
    server =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).build(),
            FakeBackends.of(retrieval, new EncodingPipeline(catalog, models)));
    metrics =
        MetricsOverHttp.start(
            new MetricSources(
                "1",
                "scalar",
                server::counts,
                retrieval::collections,
                retrieval::counts,
                () -> retrieval.stageTotals().counts(),
                () -> catalog.names().stream().collect(toMap(name -> name, _ -> WriteCounts.NONE)),
                () -> catalog.filters().metrics(),
                models::metrics,
                models::cacheMetrics,
                models::storeMetrics,
                catalog::scrubCounts,
                () -> ObservationCounts.NONE,
                () -> RecallCounts.NONE,
                Map::of,
                Map::of,
                server::accessCounts,
                () -> null));
    client = SearchClient.connect("127.0.0.1:" + server.port());
  }

  @AfterEach
  void stop() {
    client.close();
    metrics.close();
    assertThat(server.shutdown(Duration.ofSeconds(10))).isTrue();
    catalog.close();
    http.close();
  }

  private void index() throws IOException {
    Path input = folder.resolve("birds.jsonl");
    Files.writeString(
        input,
        """
        {"id":"1","text":"red red kite"}
        {"id":"2","text":"black kite"}
        {"id":"3","text":"red grouse"}
        """);
    Path files = Files.createDirectories(folder.resolve("model"));
    Files.writeString(files.resolve("model.onnx"), "none");
    new IndexJob(
            new IndexRequest(
                List.of(input),
                InputFormat.AUTO,
                folder.resolve("data"),
                "birds",
                new LearnedSpec(
                    new LearnedSpec.DocumentSide.Model(REF, VectorOptions.NONE),
                    new LearnedSpec.QuerySide.Model(REF, VectorOptions.NONE)),
                Map.of(),
                // Its fingerprint is not that of its file.
                List.of(new ModelFiles(REF, files, List.of("model.onnx"), true)),
                BuildOptions.DEFAULTS.withThreads(1),
                DocumentPruning.NONE,
                0,
                false),
            BuildProgress.NONE,
            bad -> {
              throw bad;
            },
            (directory, ref) -> model)
        .run();
  }

  private Scrape scrape() throws Exception {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + metrics.port() + "/metrics"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return Scrape.parse(response.body());
  }

  /** Without what differs from run to run: times, and the machine. */
  private static Map<String, Double> counts(Map<String, Double> changes) {
    Map<String, Double> counts = new TreeMap<>(changes);
    counts
        .keySet()
        .removeIf(
            series ->
                !series.startsWith("siskin_")
                    || series.startsWith("siskin_gc_")
                    || series.contains("seconds_sum")
                    || series.contains("seconds_total")
                    || series.contains("seconds_bucket")
                    || series.contains("_per_second"));
    return counts;
  }

  @Test
  void anIdleServerShowsWhatItHas() throws Exception {
    assertThat(scrape().samples())
        .containsEntry("siskin_collection_documents" + BIRDS + "}", 3.0)
        .containsEntry("siskin_collection_segments" + BIRDS + "}", 1.0)
        .containsEntry("siskin_searches_total" + BIRDS + ",mode=\"exact\"}", 0.0)
        .containsEntry("siskin_grpc_calls_started_total" + SEARCH + "}", 0.0)
        .containsEntry("siskin_encoder_waiting_texts_limit" + MODEL + "}", 2_048.0)
        .containsEntry("siskin_encoding_cache_size_limit_bytes", (double) (1 << 20));
    assertThat(counts(scrape().since(scrape()))).isEmpty();
  }

  @Test
  void searchesAreCountedAsTheyWere() throws Exception {
    Scrape before = scrape();
    SearchRequest request = SearchRequest.text("birds", "red kite");
    SearchResult first = client.search(request);
    SearchResult again = client.search(request);
    assertThatThrownBy(() -> client.search(request.withK(0)))
        .isInstanceOf(SearchException.InvalidRequest.class);
    Map<String, Double> changes = counts(scrape().since(before));
    Map<String, Double> expected = new TreeMap<>();
    // The client connects with its first call.
    expected.put("siskin_grpc_connections", 1.0);
    expected.put("siskin_grpc_calls_started_total" + SEARCH + "}", 3.0);
    expected.put("siskin_grpc_calls_total" + SEARCH + ",status=\"OK\"}", 2.0);
    expected.put("siskin_grpc_calls_total" + SEARCH + ",status=\"INVALID_ARGUMENT\"}", 1.0);
    expected.put("siskin_grpc_call_duration_seconds_count" + SEARCH + "}", 3.0);
    expected.put("siskin_searches_total" + BIRDS + ",mode=\"exact\"}", 2.0);
    expected.put("siskin_search_duration_seconds_count" + BIRDS + "}", 2.0);
    putCounters(expected, first.counters(), again.counters());
    expected.put("siskin_encoder_texts_total" + MODEL + "}", 1.0);
    expected.put("siskin_encoder_cached_texts_total" + MODEL + "}", 1.0);
    expected.put("siskin_encoder_batches_total" + MODEL + "}", 1.0);
    expected.put("siskin_encoder_tokens_total" + MODEL + "}", 4.0);
    expected.put("siskin_encoder_padded_tokens_total" + MODEL + "}", 4.0);
    expected.put("siskin_encoder_batch_texts_sum" + MODEL + "}", 1.0);
    expected.put("siskin_encoder_batch_texts_count" + MODEL + "}", 1.0);
    expected.put("siskin_encoder_queue_wait_seconds_count" + MODEL + "}", 1.0);
    expected.put("siskin_encoding_cache_hits_total", 1.0);
    expected.put("siskin_encoding_cache_misses_total", 1.0);
    expected.put("siskin_encoding_cache_entries", 1.0);
    expected.put(
        "siskin_encoding_cache_size_bytes", changes.get("siskin_encoding_cache_size_bytes"));
    // The scratch memory of the first search is kept.
    String heap = "siskin_collection_memory_bytes" + BIRDS + ",kind=\"heap\"}";
    assertThat(changes.get(heap)).isPositive();
    expected.put(heap, changes.get(heap));
    changes.keySet().removeIf(series -> series.contains("siskin_encoder_batch_texts_bucket"));
    // Which thread depends on whether the model was quicker than the look for its answer.
    double tasks =
        changes.getOrDefault("siskin_admission_tasks_total{thread=\"search\"}", 0.0)
            + changes.getOrDefault("siskin_admission_tasks_total{thread=\"network\"}", 0.0);
    assertThat(tasks).isEqualTo(2);
    changes.keySet().removeIf(series -> series.startsWith("siskin_admission_tasks_total"));
    assertThat(changes).isEqualTo(expected);
  }

  private static void putCounters(
      Map<String, Double> expected, SearchResult.Counters first, SearchResult.Counters again) {
    Map<String, Long> sums =
        Map.of(
            "lists_visited", first.listsVisited() + again.listsVisited(),
            "blocks_bounded", first.blocksBounded() + again.blocksBounded(),
            "blocks_skipped", first.blocksSkipped() + again.blocksSkipped(),
            "blocks_scored", first.blocksScored() + again.blocksScored(),
            "documents_scored", first.documentsScored() + again.documentsScored(),
            "postings_scored", first.postingsScored() + again.postingsScored());
    sums.forEach(
        (name, sum) -> {
          if (sum > 0) {
            expected.put("siskin_search_" + name + "_total" + BIRDS + "}", (double) sum);
          }
        });
  }

  @Test
  void streamsCountTheirRequests() throws Exception {
    Scrape before = scrape();
    try (SearchStream stream = client.openStream()) {
      assertThat(stream.submit(SearchRequest.text("birds", "grouse")).join().hits()).hasSize(1);
      assertThat(
              stream
                  .submit(SearchRequest.text("fish", "grouse"))
                  .handle((_, error) -> error)
                  .join())
          .isInstanceOf(SearchException.NotFound.class);
      Map<String, Double> open = scrape().since(before);
      assertThat(open)
          .containsEntry("siskin_grpc_calls_in_flight" + STREAM + "}", 1.0)
          .containsEntry("siskin_grpc_stream_requests_started_total" + STREAM + "}", 2.0)
          .containsEntry("siskin_grpc_stream_requests_total" + STREAM + ",status=\"OK\"}", 1.0)
          .containsEntry(
              "siskin_grpc_stream_requests_total" + STREAM + ",status=\"NOT_FOUND\"}", 1.0)
          .doesNotContainKey("siskin_grpc_stream_requests_in_flight" + STREAM + "}");
    }
    assertThat(scrape().since(before))
        .containsEntry("siskin_grpc_calls_total" + STREAM + ",status=\"OK\"}", 1.0)
        .doesNotContainKey("siskin_grpc_calls_in_flight" + STREAM + "}");
  }

  @Test
  void encodingsAndOtherModesAreCountedToo() throws Exception {
    Scrape before = scrape();
    client.encode(
        EncodeRequest.byModel("fake", EncodeRequest.Side.DOCUMENT, List.of("a b c", "a b"))
            .asBulk());
    client.search(SearchRequest.text("birds", "kite").withMode(SearchMode.scoreAtATime()));
    Map<String, Double> changes = scrape().since(before);
    assertThat(changes)
        .containsEntry("siskin_grpc_calls_total" + ENCODE + ",status=\"OK\"}", 1.0)
        .containsEntry("siskin_encoder_texts_total" + MODEL + "}", 3.0)
        .containsEntry("siskin_searches_total" + BIRDS + ",mode=\"score_at_a_time\"}", 1.0);
  }

  @Test
  void callsThatAreGivenUpEndToo() throws Exception {
    client.search(SearchRequest.text("birds", "connected"));
    Scrape before = scrape();
    FakeTextModel _ = model.costing(1_000_000_000, 0);
    assertThatThrownBy(
            () ->
                client.search(
                    SearchRequest.text("birds", "slow").withDeadline(Duration.ofMillis(300))))
        .isInstanceOf(SearchException.DeadlineExceeded.class);
    Map<String, Double> changes = scrape().since(before);
    while (changes.containsKey("siskin_grpc_calls_in_flight" + SEARCH + "}")
        || !changes.containsKey("siskin_grpc_calls_started_total" + SEARCH + "}")) {
      Thread.sleep(20);
      changes = scrape().since(before);
    }
    assertThat(changes).containsEntry("siskin_grpc_calls_started_total" + SEARCH + "}", 1.0);
    // The client gives up at the same time, and may be heard first.
    double ended =
        changes.getOrDefault(
                "siskin_grpc_calls_total" + SEARCH + ",status=\"DEADLINE_EXCEEDED\"}", 0.0)
            + changes.getOrDefault(
                "siskin_grpc_calls_total" + SEARCH + ",status=\"CANCELLED\"}", 0.0);
    assertThat(ended).isEqualTo(1);
  }

  @Test
  void aCollectionThatIsGoneTakesItsNumbersAlong() throws Exception {
    client.search(SearchRequest.text("birds", "kite"));
    assertThat(scrape().samples().keySet()).anyMatch(series -> series.contains(BIRDS));
    catalog.close();
    assertThat(scrape().samples().keySet()).noneMatch(series -> series.contains(BIRDS));
  }
}
