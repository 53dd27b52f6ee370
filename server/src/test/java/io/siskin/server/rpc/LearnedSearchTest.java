package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.client.EncodeRequest;
import io.siskin.client.EncodeResult;
import io.siskin.client.Ranking;
import io.siskin.client.RankingNode;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SparseVector;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.store.Verification;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingMetrics;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.encode.spec.VectorOptions;
import io.siskin.server.ingest.DocumentPruning;
import io.siskin.server.ingest.IndexJob;
import io.siskin.server.ingest.IndexRequest;
import io.siskin.server.retrieve.EncodingPipeline;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.testing.FakeTextModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A collection whose queries a model encodes, from the client to the index and back. */
@Timeout(120)
class LearnedSearchTest {
  private static final ModelRef REF = new ModelRef("fake", FakeTextModel.FINGERPRINT);

  @TempDir Path folder;
  private final FakeTextModel model = new FakeTextModel(64);
  private final TextModels models = (directory, ref) -> model;
  private final BatchedModels batched =
      new BatchedModels(models, BatchingOptions.DEFAULTS, new EncodingCache(1 << 20));
  private CollectionCatalog catalog;
  private GrpcServer server;
  private SearchClient client;

  @BeforeEach
  void serve() throws IOException {
    index("birds", VectorOptions.NONE);
    index("cut", new VectorOptions(true, 0, 0, 1));
    catalog =
        new CollectionCatalog(
            new DataDirectory(folder.resolve("data")), Verification.FULL, snapshot -> {}, batched);
    catalog.openAll();
    server =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).build(),
            FakeBackends.of(
                new RetrievalPipeline(catalog), new EncodingPipeline(catalog, batched)));
    client = SearchClient.connect("127.0.0.1:" + server.port());
  }

  @AfterEach
  void stop() {
    client.close();
    assertThat(server.shutdown(Duration.ofSeconds(10))).isTrue();
    catalog.close();
    assertThat(model.isClosed()).as("with the last collection").isTrue();
    assertThat(batched.metrics()).isEmpty();
  }

  private void index(String name, VectorOptions options) throws IOException {
    Path input = folder.resolve(name + ".jsonl");
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
                name,
                new LearnedSpec(
                    new LearnedSpec.DocumentSide.Model(REF, VectorOptions.NONE),
                    new LearnedSpec.QuerySide.Model(REF, options)),
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
            models)
        .run();
  }

  private BatchingMetrics metrics() {
    return batched.metrics().get(REF.folderName());
  }

  @Test
  void queriesOfManyCallersAreFoundByTheirText() {
    List<CompletableFuture<SearchResult>> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      answers.add(client.searchAsync(SearchRequest.text("birds", i + " red kite")));
    }
    for (CompletableFuture<SearchResult> answer : answers) {
      SearchResult result = answer.join();
      assertThat(result.hits()).extracting(SearchResult.Hit::id).startsWith("1");
      assertThat(result.hits()).hasSize(3);
      assertThat(result.timings().encodeNanos()).isPositive();
      assertThat(result.timings().totalNanos())
          .isGreaterThanOrEqualTo(
              result.timings().encodeNanos()
                  + result.timings().queueNanos()
                  + result.timings().searchNanos());
    }
    assertThat(metrics().texts()).isEqualTo(50);
    SearchResult again = client.search(SearchRequest.text("birds", "7 red kite"));
    assertThat(again.hits()).isEqualTo(answers.get(7).join().hits());
    assertThat(metrics().texts()).isEqualTo(50);
    assertThat(metrics().cache().hits()).isEqualTo(1);
  }

  @Test
  void textsOfATreeAreEncodedTogetherBehindTheFrontEnd() {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    model.onTokenize(_ -> threads.add(Thread.currentThread().getName()));
    RankingNode tree =
        RankingNode.reciprocalRank(
            10,
            RankingNode.sparse(10),
            RankingNode.sparse(10, new SearchRequest.Query.Text("grouse")),
            RankingNode.sparse(10, new SearchRequest.Query.Text("black kite")),
            RankingNode.sparse(10, new SearchRequest.Query.Text("grouse")));
    SearchResult result =
        client.search(SearchRequest.text("birds", "red").withRanking(new Ranking.Tree(tree)));
    assertThat(result.hits()).hasSize(3);
    assertThat(metrics().texts()).isEqualTo(3);
    assertThat(threads).allMatch(name -> name.startsWith("siskin-tokenize-")).isNotEmpty();
    assertThat(result.timings().encodeNanos()).isPositive();
  }

  @Test
  void theCollectionsOptionsAreAppliedToEachUseOfACachedEncoding() {
    assertThat(client.search(SearchRequest.text("birds", "red red kite")).hits()).hasSize(3);
    assertThat(client.search(SearchRequest.text("cut", "red red kite")).hits()).hasSize(2);
    assertThat(metrics().cache().hits()).isEqualTo(1);
    EncodeRequest request =
        EncodeRequest.byCollection("cut", EncodeRequest.Side.QUERY, List.of("red red kite"));
    EncodeResult.Encoding cut = client.encode(request.withTokens()).encodings().getFirst();
    assertThat(cut.cached()).isTrue();
    assertThat(cut.sparse()).isEqualTo(SparseVector.ofTokens(Map.of("red", 2f)));
    assertThat(cut.tokens()).containsExactly("red", "kite");
  }

  @Test
  void whatIsEncodedCanBeSearchedFor() {
    EncodeResult encoded =
        client.encode(
            EncodeRequest.byModel("fake", EncodeRequest.Side.QUERY, List.of("red kite")).asBulk());
    SearchResult byVector =
        client.search(SearchRequest.vector("birds", encoded.encodings().getFirst().sparse()));
    SearchResult byText = client.search(SearchRequest.text("birds", "red kite"));
    assertThat(byVector.hits()).isEqualTo(byText.hits());
    assertThat(encoded.encodings().getFirst().timings().infer()).isPositive();
    assertThatThrownBy(
            () ->
                client.encode(
                    EncodeRequest.byModel("other", EncodeRequest.Side.QUERY, List.of("x"))))
        .isInstanceOf(SearchException.NotFound.class);
  }

  @Test
  void aReplacedCollectionGoesOnWithTheModel() throws Exception {
    assertThat(client.search(SearchRequest.text("birds", "grouse")).hits()).hasSize(1);
    index("birds", VectorOptions.NONE);
    catalog.open("birds");
    assertThat(client.search(SearchRequest.text("birds", "black")).hits()).hasSize(1);
    assertThat(batched.metrics()).containsOnlyKeys(REF.folderName());
  }
}
