package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.client.Document;
import io.siskin.client.KeyedVector;
import io.siskin.client.Parts;
import io.siskin.client.Ranking;
import io.siskin.client.RankingNode;
import io.siskin.client.RankingNode.Frame;
import io.siskin.client.RankingNode.MaxSim;
import io.siskin.client.RankingNode.TokenQuery;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SearchResult.Hit;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.Schema;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.model.ModelLibrary;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import io.siskin.server.ingest.DenseBuild;
import io.siskin.server.ingest.DocumentPruning;
import io.siskin.server.ingest.IndexJob;
import io.siskin.server.ingest.IndexRequest;
import io.siskin.server.rpc.GrpcServer;
import io.siskin.server.testing.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Vectors of tokens that a model makes of texts: of documents, in a build and in writes, and of
 * queries. The model looks its states up in a table, so the test knows what they are.
 */
@Timeout(180)
final class TokenTextTest {
  private static final int VECTORS_MAX = 3;
  private static final Map<String, List<String>> TOKENS = new LinkedHashMap<>();

  static {
    TOKENS.put("moth moth wing", List.of("moth", "moth", "wing"));
    TOKENS.put("bird", List.of("bird"));
    TOKENS.put("insect a moths", List.of("insect", "a", "moth", "##s"));
    TOKENS.put("wing bird bird", List.of("wing", "bird", "bird"));
  }

  @TempDir private Path folder;
  private ModelFiles files;
  private BatchedModels models;
  private LiveServer live;
  private GrpcServer server;
  private SearchClient client;

  @BeforeEach
  void serve() throws IOException {
    files =
        ModelDirectory.filesOf(
            TinyModels.hidden(folder.resolve("tiny"), "pooling: tokens", "normalize: false"));
    models =
        new BatchedModels(
            new ModelLibrary(OnnxOptions.cpu(1)),
            BatchingOptions.DEFAULTS,
            new EncodingCache(1 << 20));
    index();
    live = new LiveServer(folder.resolve("data"), LiveServer.SMALL, models);
    server = live.serve();
    client = LiveServer.clientOf(server);
  }

  @AfterEach
  void stop() {
    client.close();
    assertThat(server.shutdown(Duration.ofSeconds(10))).isTrue();
    live.close();
  }

  /** Indexes the texts, one without tokens, and one document that brings its vectors. */
  private void index() throws IOException {
    StringBuilder lines = new StringBuilder();
    TOKENS
        .keySet()
        .forEach(
            text -> lines.append("{\"id\": \"%s\", \"text\": \"%s\"}\n".formatted(text, text)));
    lines.append("{\"id\": \"blank\", \"text\": \"[SEP]\"}\n");
    lines.append(
        "{\"id\": \"own\", \"text\": \"moth\", \"keyedVectors\": {\"coil\": [{\"key\":"
            + " 4294967295, \"values\": [1, 2, 3, 4]}, {\"key\": 5, \"values\": [0, 0, 0, 1]}]},"
            + " \"dense\": {\"late\": [[1, 0, 0, 1]]}}\n");
    Path input = folder.resolve("texts.jsonl");
    Files.writeString(input, lines.toString());
    DenseEncoderSpec.Model by = new DenseEncoderSpec.Model(files.ref(), "");
    DenseEncoderSpec both = new DenseEncoderSpec(by, by, TinyModels.HIDDEN);
    new IndexJob(
            new IndexRequest(
                List.of(input),
                InputFormat.JSONL,
                folder.resolve("data"),
                "texts",
                new Bm25Spec(new AnalyzerSpec.Whitespace(AnalyzerSpec.LongTokens.WHOLE)),
                Map.of(),
                List.of(files),
                BuildOptions.DEFAULTS.withThreads(1),
                DocumentPruning.NONE,
                0,
                false,
                new Schema(
                    List.of(),
                    null,
                    List.of(
                        field("late", DenseStorage.F32), field("coil", DenseStorage.KEYED_F32))),
                StatisticsScope.COLLECTION,
                new DenseBuild(Map.of("late", both, "coil", both))),
            BuildProgress.NONE,
            bad -> {
              throw bad;
            },
            new ModelLibrary(OnnxOptions.cpu(1)))
        .run();
  }

  private static DenseFieldSpec field(String name, DenseStorage storage) {
    return new DenseFieldSpec(
        name, new DenseType(TinyModels.HIDDEN, storage, DenseSimilarity.DOT), VECTORS_MAX);
  }

  private static float[] state(String token) {
    float[] state = new float[TinyModels.HIDDEN];
    for (int unit = 0; unit < state.length; unit++) {
      state[unit] = TinyModels.hidden(TinyModels.id(token), unit);
    }
    return state;
  }

  /** A document has the vectors of its first tokens, as many as the field may have. */
  private static List<String> kept(String text) {
    List<String> tokens = TOKENS.get(text);
    return tokens.subList(0, Math.min(VECTORS_MAX, tokens.size()));
  }

  private static double maxSim(String text, List<String> query, boolean isKeyed) {
    double sum = 0;
    for (String asked : query) {
      sum +=
          kept(text).stream()
              .filter(token -> !isKeyed || token.equals(asked))
              .mapToDouble(token -> dot(state(token), state(asked)))
              .max()
              .orElse(0);
    }
    return sum;
  }

  private static double dot(float[] left, float[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }

  private SearchResult search(String field, String ofRequest, TokenQuery query) {
    RankingNode all =
        new RankingNode.Sparse(
            Frame.of(100), new SearchRequest.Query.Text("moth bird insect wing [SEP]"), null, null);
    return client.search(
        SearchRequest.text("texts", ofRequest)
            .withRanking(new Ranking.Tree(new MaxSim(Frame.of(100), all, field, query, 0, -1)))
            .withK(100));
  }

  private void check(String field, String ofRequest, TokenQuery query, List<String> tokens) {
    List<Hit> hits = search(field, ofRequest, query).hits();
    assertThat(hits).extracting(Hit::id).contains("blank", "own").containsAll(TOKENS.keySet());
    for (Hit hit : hits) {
      if (TOKENS.containsKey(hit.id())) {
        assertThat((double) hit.score())
            .as("%s of %s", field, hit.id())
            .isEqualTo(maxSim(hit.id(), tokens, field.equals("coil")));
      } else if (hit.id().equals("blank")) {
        assertThat(hit.score()).isEqualTo(-1);
      }
    }
  }

  @Test
  void textsBecomeVectorsOfTheirTokens() {
    checkAll();
    client
        .documents("texts")
        .upsert(
            Stream.concat(TOKENS.keySet().stream(), Stream.of("blank"))
                .map(text -> Document.of(text).withText(text.equals("blank") ? "[SEP]" : text))
                .toList());
    client.collectionsClient().flush("texts");
    checkAll();
  }

  private void checkAll() {
    for (String field : List.of("late", "coil")) {
      check(field, "moth insect", null, List.of("moth", "insect"));
      check(field, "bird", new TokenQuery.Text("wing moths"), List.of("wing", "moth", "##s"));
    }
    List<String> ids = new ArrayList<>(TOKENS.keySet());
    for (Document document : client.documents("texts").get(ids, Parts.EVERYTHING)) {
      List<String> tokens = new ArrayList<>(kept(document.id()));
      assertThat(document.dense().get("late").stream().map(Arrays::toString).toList())
          .isEqualTo(tokens.stream().map(token -> Arrays.toString(state(token))).toList());
      tokens.sort(Comparator.comparingInt(TinyModels::id));
      assertThat(document.keyedVectors().get("coil"))
          .extracting(KeyedVector::key)
          .isEqualTo(tokens.stream().map(TinyModels::id).toList());
    }
    Document own = client.documents("texts").get(List.of("own"), Parts.EVERYTHING).getFirst();
    assertThat(own.keyedVectors().get("coil")).extracting(KeyedVector::key).containsExactly(5, -1);
    Document blank = client.documents("texts").get(List.of("blank"), Parts.EVERYTHING).getFirst();
    assertThat(blank.keyedVectors()).isEmpty();
    assertThat(blank.dense()).isEmpty();
  }

  @Test
  void textsOfATreeAreEncodedTogetherAndOnce() {
    RankingNode sparse = new RankingNode.Sparse(Frame.of(100), null, null, null);
    RankingNode inner = new MaxSim(new Frame(100, "late", null), sparse, "late", null, 0.5, 0);
    RankingNode root =
        new MaxSim(
            Frame.of(100),
            new MaxSim(new Frame(100, "coil", null), inner, "coil", null, 0.5, 0),
            "coil",
            new TokenQuery.Text("wing"),
            0.5,
            0);
    long before = models.metrics().get(files.ref().folderName()).texts();
    SearchResult result =
        client.search(
            SearchRequest.text("texts", "moth bird").withRanking(new Ranking.Tree(root)).withK(9));
    assertThat(models.metrics().get(files.ref().folderName()).texts() - before).isEqualTo(2);
    assertThat(result.timings().encodeNanos()).isPositive();
    assertThat(result.hits()).isNotEmpty();
  }

  @Test
  void whatHasNoTokensIsAnErrorThatNamesTheNode() {
    for (String field : List.of("late", "coil")) {
      assertThatThrownBy(() -> search(field, "[SEP]", null))
          .isInstanceOf(SearchException.InvalidRequest.class)
          .hasMessageContaining("node.rescore.max_sim.text")
          .hasMessageContaining("without tokens");
    }
    RankingNode dense =
        new RankingNode.Dense(Frame.of(9), "late", new RankingNode.Target.Text("moth"));
    assertThatThrownBy(
            () ->
                client.search(
                    SearchRequest.text("texts", "moth")
                        .withRanking(new Ranking.Tree(dense))
                        .withK(9)))
        .isInstanceOf(SearchException.InvalidRequest.class)
        .hasMessageContaining("node.dense")
        .hasMessageContaining("a vector for each token");
  }
}
