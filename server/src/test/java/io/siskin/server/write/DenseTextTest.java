package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.siskin.client.DenseField;
import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.FieldValue;
import io.siskin.client.FieldsUpdate;
import io.siskin.client.NewCollection;
import io.siskin.client.Parts;
import io.siskin.client.Ranking;
import io.siskin.client.RankingNode;
import io.siskin.client.RankingNode.Frame;
import io.siskin.client.RankingNode.Target;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SearchResult.Hit;
import io.siskin.client.SparseVector;
import io.siskin.client.WriteResult;
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
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Dense fields whose vectors a model makes of texts: of documents and of queries, over a socket.
 */
@Timeout(180)
final class DenseTextTest {
  private static final int LIMIT = 10;
  private static final String FIELD = "e";
  private static final Map<String, String> TEXTS = new LinkedHashMap<>();

  static {
    TEXTS.put("1", "moth moth wing");
    TEXTS.put("2", "bird");
    TEXTS.put("3", "insect a moth");
    TEXTS.put("4", "query bird bird");
  }

  @TempDir private Path folder;
  private ModelFiles files;
  private TextModel model;
  private BatchedModels models;
  private LiveServer live;
  private GrpcServer server;
  private SearchClient client;

  @BeforeEach
  void serve() throws IOException {
    files = ModelDirectory.filesOf(TinyModels.hidden(folder.resolve("tiny")));
    ModelLibrary library = new ModelLibrary(OnnxOptions.cpu(1));
    model = library.open(files.directory(), files.ref());
    models = new BatchedModels(library, BatchingOptions.DEFAULTS, new EncodingCache(1 << 20));
    index("built", TEXTS, DenseSimilarity.COSINE);
    live = new LiveServer(folder.resolve("data"), LiveServer.SMALL, models);
    server = live.serve();
    client = LiveServer.clientOf(server);
  }

  @AfterEach
  void stop() {
    client.close();
    assertThat(server.shutdown(Duration.ofSeconds(10))).isTrue();
    live.close();
    model.close();
    assertThat(models.metrics()).as("models that are open").isEmpty();
  }

  private void index(String name, Map<String, String> texts, DenseSimilarity similarity)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    texts.forEach(
        (id, text) -> lines.append("{\"id\": \"%s\", \"text\": \"%s\"}\n".formatted(id, text)));
    lines.append("{\"id\": \"own\", \"text\": \"moth\", \"dense\": {\"e\": [0, 0, 3, 4]}}\n");
    lines.append("{\"id\": \"blank\", \"text\": \" \"}\n");
    Path input = folder.resolve(name + ".jsonl");
    Files.writeString(input, lines.toString());
    DenseEncoderSpec.Model by = new DenseEncoderSpec.Model(files.ref(), "a ");
    DenseEncoderSpec.Model queries = new DenseEncoderSpec.Model(files.ref(), "query: ");
    DenseFieldSpec field =
        new DenseFieldSpec(
            FIELD, new DenseType(TinyModels.HIDDEN, DenseStorage.F32, similarity), 1);
    new IndexJob(
            new IndexRequest(
                List.of(input),
                InputFormat.JSONL,
                folder.resolve("data"),
                name,
                new Bm25Spec(new AnalyzerSpec.Whitespace(AnalyzerSpec.LongTokens.WHOLE)),
                Map.of(),
                List.of(files),
                BuildOptions.DEFAULTS.withThreads(1),
                DocumentPruning.NONE,
                0,
                false,
                new Schema(List.of(), null, List.of(field)),
                StatisticsScope.COLLECTION,
                new DenseBuild(
                    Map.of(FIELD, new DenseEncoderSpec(by, queries, TinyModels.HIDDEN)))),
            BuildProgress.NONE,
            bad -> {
              throw bad;
            },
            new ModelLibrary(OnnxOptions.cpu(1)))
        .run();
  }

  private float[] encoded(String text, Side side) {
    TextEncoding encoding =
        model.infer(List.of(model.tokenize(new EncoderInput(text, side)))).encodings().getFirst();
    return ((TextEncoding.Dense) encoding).vectors().getFirst();
  }

  private DenseField.Encoder encoder(String documentPrefix, String queryPrefix) {
    String name = files.ref().name();
    String fingerprint = files.ref().fingerprint();
    return new DenseField.Encoder(
        new DenseField.Model(name, fingerprint, documentPrefix),
        new DenseField.Model(name, fingerprint, queryPrefix),
        TinyModels.HIDDEN);
  }

  private long textsOfModel() {
    return models.metrics().get(files.ref().folderName()).texts();
  }

  private Map<String, List<float[]>> stored(String collection) {
    Map<String, List<float[]>> stored = new LinkedHashMap<>();
    List<String> ids = new ArrayList<>(TEXTS.keySet());
    ids.addAll(List.of("own", "blank"));
    for (Document document : client.documents(collection).get(ids, Parts.EVERYTHING)) {
      stored.put(document.id(), document.dense().getOrDefault(FIELD, List.of()));
    }
    return stored;
  }

  private void checkStored(String collection) {
    Map<String, List<float[]>> stored = stored(collection);
    assertThat(stored).hasSize(TEXTS.size() + 2);
    TEXTS.forEach(
        (id, text) ->
            assertThat(stored.get(id).getFirst())
                .as("%s in %s", id, collection)
                .containsExactly(encoded("a " + text, Side.DOCUMENT), offset(1e-6f)));
    assertThat(stored.get("own").getFirst()).containsExactly(0, 0, 0.6f, 0.8f);
    assertThat(stored.get("blank")).isEmpty();
  }

  private static SearchRequest request(String collection, RankingNode root) {
    return SearchRequest.text(collection, "moth wing")
        .withRanking(new Ranking.Tree(root))
        .withK(LIMIT);
  }

  private List<Hit> dense(String collection, Target target) {
    return client
        .search(request(collection, new RankingNode.Dense(Frame.of(LIMIT), FIELD, target)))
        .hits();
  }

  private Target vector(float[] values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return new Target.Vector(list);
  }

  @Test
  void documentsGetTheirVectorsAtBuildAndByCall() {
    checkStored("built");
    client
        .collectionsClient()
        .create(
            NewCollection.of("called")
                .withEncoderParametersJson(
                    "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"whitespace\"},"
                        + "\"k1\":0.9,\"b\":0.4,\"averageLength\":10}")
                .withDenseField(
                    DenseField.of(FIELD, TinyModels.HIDDEN)
                        .withSimilarity(DenseField.Similarity.COSINE)
                        .withEncoder(encoder("a ", "query: "))));
    assertThat(client.collection("called").storage().denseFields())
        .isEqualTo(client.collection("built").storage().denseFields());
    DocumentsClient called =
        client.documents("called").withWaitFor(DocumentsClient.WaitFor.SEARCHABLE);
    List<Document> documents = new ArrayList<>();
    TEXTS.forEach((id, text) -> documents.add(Document.of(id).withText(text)));
    documents.add(Document.of("own").withText("moth").withDense(FIELD, new float[] {0, 0, 3, 4}));
    documents.add(Document.of("blank").withText(" "));
    assertThat(called.upsert(documents))
        .allSatisfy(result -> assertThat(result.outcome()).isEqualTo(WriteResult.Outcome.CREATED));
    checkStored("called");
    client.collectionsClient().flush("called");
    checkStored("called");
    assertThat(dense("called", new Target.Text("bird")))
        .isEqualTo(dense("built", new Target.Text("bird")));
    // The vector was made of the title too.
    assertThat(
            called
                .updateFields(
                    List.of(new FieldsUpdate("1", Map.of("title", FieldValue.of("x")), List.of())))
                .getFirst()
                .outcome())
        .isEqualTo(WriteResult.Outcome.REFUSED);
  }

  @Test
  void aTextFindsWhatItsVectorFinds() {
    Target text = new Target.Text("bird moth");
    Target vector = vector(encoded("query: bird moth", Side.QUERY));
    assertThat(dense("built", text)).isEqualTo(dense("built", vector)).hasSize(TEXTS.size() + 1);
    Target own = vector(encoded("query: moth wing", Side.QUERY));
    assertThat(dense("built", new Target.OfRequest())).isEqualTo(dense("built", own));

    SearchResult byText = client.search(request("built", interpolate(new Target.OfRequest())));
    SearchResult byVector = client.search(request("built", interpolate(own)));
    assertThat(byText.hits()).isEqualTo(byVector.hits()).isNotEmpty();
  }

  private static RankingNode interpolate(Target target) {
    return new RankingNode.Interpolate(
        Frame.of(LIMIT),
        RankingNode.sparse(LIMIT),
        FIELD,
        target,
        0.2,
        -1,
        RankingNode.EarlyStop.PROVEN);
  }

  @Test
  void turnsAreMixedByTheirWeights() {
    List<RankingNode.Turn> turns =
        List.of(new RankingNode.Turn("bird", 0.25), new RankingNode.Turn("moth wing", 2));
    float[] first = encoded("query: bird", Side.QUERY);
    float[] second = encoded("query: moth wing", Side.QUERY);
    float[] mixed = new float[first.length];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = 0.25f * first[i] + 2 * second[i];
    }
    List<Hit> byTurns = dense("built", new Target.Turns(turns));
    List<Hit> byVector = dense("built", vector(mixed));
    assertThat(byTurns).extracting(Hit::id).isEqualTo(byVector.stream().map(Hit::id).toList());
    for (int i = 0; i < byTurns.size(); i++) {
      assertThat(byTurns.get(i).score()).isCloseTo(byVector.get(i).score(), offset(1e-5f));
    }

    RankingNode sparse = new RankingNode.Sparse(Frame.of(LIMIT), null, null, null, turns);
    Map<String, Double> sums = new LinkedHashMap<>();
    for (RankingNode.Turn turn : turns) {
      for (Hit hit : client.search(SearchRequest.text("built", turn.text()).withK(LIMIT)).hits()) {
        sums.merge(hit.id(), turn.weight() * hit.score(), Double::sum);
      }
    }
    List<Hit> found = client.search(request("built", sparse)).hits();
    assertThat(found).hasSameSizeAs(sums.keySet());
    // Weights of queries are rounded once, those of turns and those of their sum.
    found.forEach(
        hit -> assertThat((double) hit.score()).isCloseTo(sums.get(hit.id()), offset(0.05)));
  }

  @Test
  void eachTextIsEncodedOnceForAllStages() {
    RankingNode root =
        RankingNode.reciprocalRank(
            LIMIT,
            new RankingNode.Dense(Frame.of(LIMIT), FIELD, new Target.Text("insect")),
            interpolate(new Target.Text("insect")),
            new RankingNode.Dense(Frame.of(LIMIT), FIELD, new Target.OfRequest()),
            new RankingNode.Dense(
                Frame.of(LIMIT),
                FIELD,
                new Target.Turns(
                    List.of(
                        new RankingNode.Turn("insect", 1), new RankingNode.Turn("moth wing", 1)))));
    long before = textsOfModel();
    SearchResult result = client.search(request("built", root));
    assertThat(textsOfModel() - before).isEqualTo(2);
    assertThat(result.timings().encodeNanos()).isPositive();
    assertThat(result.timings().totalNanos())
        .isGreaterThanOrEqualTo(
            result.timings().encodeNanos()
                + result.timings().queueNanos()
                + result.timings().searchNanos());
    assertThat(client.search(request("built", root)).hits()).isEqualTo(result.hits());
    assertThat(textsOfModel() - before).as("the second time from the cache").isEqualTo(2);
  }

  @Test
  void aFieldWithoutAModelIsAnErrorThatNamesTheNode() {
    client
        .collectionsClient()
        .create(NewCollection.of("bare").withDenseField(DenseField.of(FIELD, TinyModels.HIDDEN)));
    for (Target target :
        List.of(
            new Target.Text("moth"),
            new Target.OfRequest(),
            new Target.Turns(List.of(new RankingNode.Turn("moth", 1))))) {
      assertThatThrownBy(() -> dense("bare", target))
          .isInstanceOf(SearchException.InvalidRequest.class)
          .hasMessageContaining("node.dense.vector")
          .hasMessageContaining("the field 'e' has no encoder of queries");
    }
    assertThatThrownBy(
            () ->
                client.search(
                    SearchRequest.vector(
                            "built", SparseVector.ofTokens(new String[] {"moth"}, new float[] {1}))
                        .withRanking(new Ranking.Tree(interpolate(new Target.OfRequest())))))
        .isInstanceOf(SearchException.InvalidRequest.class)
        .hasMessageContaining("node.rescore.interpolation.query");
  }

  @Test
  void aModelThatDoesNotFitIsRefused() {
    DenseField wide = DenseField.of(FIELD, TinyModels.HIDDEN + 1);
    assertThatThrownBy(() -> create(wide.withEncoder(encoder("", ""))))
        .isInstanceOf(SearchException.InvalidRequest.class)
        .hasMessageContaining("schema.dense_fields[0].encoder: model_dimensions is 4");
    DenseField.Encoder of5 =
        new DenseField.Encoder(encoder("", "").documents(), null, TinyModels.HIDDEN + 1);
    assertThatThrownBy(() -> create(wide.withEncoder(of5)))
        .isInstanceOf(SearchException.InvalidRequest.class)
        .hasMessageContaining("model of dense field 'e'")
        .hasMessageContaining("of 4 numbers");
    DenseField.Model missing = new DenseField.Model("none", "0".repeat(64), "");
    DenseField field = DenseField.of(FIELD, TinyModels.HIDDEN);
    assertThatThrownBy(() -> create(field.withEncoder(new DenseField.Encoder(missing, null, 4))))
        .isInstanceOf(SearchException.InvalidRequest.class)
        .hasMessageContaining("with the model none, which is not there");
    assertThatThrownBy(() -> create(field.withEncoder(new DenseField.Encoder(null, null, 4))))
        .isInstanceOf(SearchException.InvalidRequest.class)
        .hasMessageContaining("without a model");
  }

  private void create(DenseField field) {
    client.collectionsClient().create(NewCollection.of("wrong").withDenseField(field));
  }
}
