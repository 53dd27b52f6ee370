package io.siskin.server.rpc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseGraph;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.Repository;
import io.siskin.proto.v1.PutPipelineRequest;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SparseVector;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import io.siskin.server.ingest.DenseBuild;
import io.siskin.server.rank.formula.Formula;
import io.siskin.server.rank.list.StageReport;
import io.siskin.server.rank.scope.RankingModels;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.retrieve.RecallSampler;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.rpc.mapping.RankingMapper;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.testing.FakeDenseModel;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code docs/ranking.md} run, and do what the page says of them. */
final class RankingDocTest {
  private static final Pattern EXAMPLE = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Schema.Field("published", FieldType.TIMESTAMP),
              new Schema.Field("page", FieldType.STRING)),
          null,
          List.of(
              new DenseFieldSpec(
                  "embedding",
                  new DenseType(4, DenseStorage.F32, DenseSimilarity.COSINE),
                  1,
                  new DenseGraph(16, 100, 1)),
              new DenseFieldSpec(
                  "tokens", new DenseType(2, DenseStorage.F32, DenseSimilarity.DOT), 3),
              new DenseFieldSpec(
                  "lexical", new DenseType(768, DenseStorage.SLICES, DenseSimilarity.DOT), 1),
              new DenseFieldSpec(
                  "coil", new DenseType(2, DenseStorage.KEYED_F32, DenseSimilarity.DOT), 3),
              new DenseFieldSpec(
                  "states", new DenseType(4, DenseStorage.F32, DenseSimilarity.DOT), 9),
              new DenseFieldSpec(
                  "bits", new DenseType(4096, DenseStorage.HASHED, DenseSimilarity.DOT), 1)));
  private static final String LINES =
      """
      {"id": "old", "text": "garden birds garden birds", "published": "2001-01-01", "page": "p"}
      {"id": "new", "text": "garden birds and other birds", "published": "TODAY", "page": "p"}
      {"id": "third", "text": "birds of the garden", "page": "p", "dense": {"tokens": [[1, 0], [0, 2]]},
       "keyedVectors": {"coil": [{"key": 7, "values": [1, 0]}, {"key": 7, "values": [0, 2]},
       {"key": 8, "values": [0, 9]}]}}
      {"id": "finch", "text": "a finch and a wren in the birds garden", "page": "q"}
      {"id": "wren", "text": "wren wren tit", "page": "q"}
      """
          .replace(",\n ", ", ");

  private static final Schema PASSAGES =
      new Schema(
          List.of(
              new Schema.Field("page", FieldType.STRING),
              new Schema.Field("whole_page", FieldType.STRING)),
          null,
          List.of(
              new DenseFieldSpec(
                  "meaning", new DenseType(2, DenseStorage.F32, DenseSimilarity.DOT), 1),
              new DenseFieldSpec(
                  "tokens", new DenseType(2, DenseStorage.F32, DenseSimilarity.DOT), 8)));
  private static final String PASSAGE_LINES =
      """
      {"id": "p1", "text": "garden birds eat seeds", "page": "p", "dense": {"meaning": [1, 0],
       "tokens": [[0, 0], [0, 0], [3, 0], [0, 3]]}}
      {"id": "p2", "text": "garden birds", "page": "p", "dense": {"meaning": [0, 2]}}
      {"id": "p3", "text": "birds of the garden", "page": "p"}
      {"id": "q1", "text": "garden birds", "page": "q", "dense": {"meaning": [0, 1], "tokens": [[1, 0], [0, 1]]}}
      {"id": "q", "text": "garden birds garden birds garden birds", "whole_page": "q"}
      {"id": "far", "text": "birds", "page": "r", "dense": {"meaning": [0.5, 0.5], "tokens": [[9, 9], [1, 1]]}}
      """
          .replace(",\n ", ", ");

  @TempDir private Path folder;

  /** Returns the examples of a section of the page. */
  private static Stream<String> examples(String heading) {
    try {
      String page = Files.readString(Repository.root().resolve("docs/ranking.md"));
      int begin = page.indexOf("\n## " + heading + "\n");
      assertThat(begin).as(heading).isNotNegative();
      int end = page.indexOf("\n## ", begin + 1);
      String section = page.substring(begin, end < 0 ? page.length() : end);
      return EXAMPLE.matcher(section).results().map(match -> match.group(1)).toList().stream();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static List<String> ids(RetrievalResponse response) {
    return response.hits().stream().map(RetrievalResponse.Hit::id).toList();
  }

  @Test
  void theExamplesRun() throws IOException {
    Path data = folder.resolve("data");
    FakeDenseModel model = new FakeDenseModel(4);
    TextModels models = (_, _) -> model;
    ModelFiles files = FakeDenseModel.files(data.resolveSibling("model"));
    DenseEncoderSpec.Model by = new DenseEncoderSpec.Model(files.ref(), "");
    TestCollections.index(
        data,
        "pages",
        LINES.replace("TODAY", LocalDate.now(ZoneOffset.UTC).toString()),
        TestCollections.exactOnly(),
        null,
        SCHEMA,
        StatisticsScope.COLLECTION,
        new DenseBuild(
            Map.of(
                "embedding",
                new DenseEncoderSpec(by, by, 4),
                "states",
                new DenseEncoderSpec(by, by, 4))),
        List.of(files),
        models);
    try (CollectionCatalog catalog =
        new CollectionCatalog(new DataDirectory(data), Verification.FULL, _ -> {}, models)) {
      catalog.openAll();
      RetrievalPipeline pipeline =
          new RetrievalPipeline(
              catalog,
              _ -> WriteCounts.NONE,
              RecallSampler.OFF,
              RankingModels.of("bird-trees", new LastFirst()));
      List<RetrievalResponse> answers =
          Stream.of(
                  "Examples",
                  "Decision trees",
                  "Texts and turns",
                  "Late interaction",
                  "Densified sparse vectors",
                  "Vectors with keys",
                  "Vectors of tokens from text",
                  "Hashed terms",
                  "Graphs of neighbours")
              .flatMap(RankingDocTest::examples)
              .map(example -> search(pipeline, "pages", example))
              .toList();
      assertThat(answers).hasSize(13);
      assertThat(ids(answers.get(0))).hasSize(5).contains("wren");
      assertThat(answers.get(0).hits().getLast().stageScores()).containsKey("similar");
      assertThat(ids(answers.get(1)).getFirst()).isEqualTo("new");
      assertThat(answers.get(2).hits()).hasSize(2);
      assertThat(answers.get(2).hits().getFirst().innerHits()).hasSize(2);
      assertThat(answers.get(3).stages().getLast().expansion())
          .extracting(StageReport.Term::name)
          .contains("wren");
      RetrievalResponse byTrees = answers.get(4);
      assertThat(byTrees.hits().getFirst().score()).isEqualTo(byTrees.hits().size());
      assertThat(byTrees.hits().getFirst().stageScores().get("asked"))
          .isLessThan(byTrees.hits().getLast().stageScores().get("asked"));
      assertThat(answers.get(5).hits()).hasSize(4);
      assertThat(answers.get(6).hits()).hasSize(5);
      assertThat(model.texts())
          .contains("garden birds", "which birds live in a garden?", "what does the wren eat?");
      // 0.8 * 2 for the first vector of the query, and 2 for the second one.
      assertThat(ids(answers.get(7)).getFirst()).isEqualTo("third");
      assertThat((double) answers.get(7).hits().getFirst().score()).isCloseTo(3.6, within(1e-6));
      // BM25's weights of two terms: the document that has both twice is the best.
      assertThat(ids(answers.get(8)).getFirst()).isEqualTo("old");
      assertThat(answers.get(8).hits().getFirst().score()).isPositive();
      // 0.8 * 2 for the key 7; no document has the key 9.
      assertThat(
              answers.get(9).hits().stream()
                  .filter(hit -> hit.id().equals("third"))
                  .map(hit -> hit.stageScores().get("node.rescore.input")))
          .singleElement()
          .satisfies(score -> assertThat(score).isCloseTo(1.6, within(1e-6)));
      assertThat(answers.get(10).hits()).hasSize(4);
      assertThat(ids(answers.get(11)).getFirst()).isEqualTo("old");
      assertThat(answers.get(11).hits().getFirst().stageScores().get("node.rescore.input"))
          .isEqualTo(2);
      assertThat(answers.get(12).hits()).hasSize(5);
    }
  }

  /** Gives each document its rank as its score, so that the last one comes first. */
  private record LastFirst() implements RankingModels.TreeModel {
    @Override
    public int featureCount() {
      return 1;
    }

    @Override
    public List<RankingModels.Feature> features() {
      return List.of(new RankingModels.Feature("rank", Formula.parse("rank()"), null));
    }

    @Override
    public float[] score(float[] rows, int count) {
      return rows;
    }
  }

  /** Indexes the passages, and opens them. */
  private CollectionCatalog passages() throws IOException {
    TestCollections.index(
        folder.resolve("passages"),
        "passages",
        PASSAGE_LINES,
        TestCollections.exactOnly(),
        null,
        PASSAGES,
        StatisticsScope.COLLECTION);
    CollectionCatalog catalog =
        new CollectionCatalog(
            new DataDirectory(folder.resolve("passages")),
            Verification.FULL,
            _ -> {},
            TextModels.NONE);
    catalog.openAll();
    return catalog;
  }

  @Test
  void theExamplesOfPassagesRun() throws IOException {
    try (CollectionCatalog catalog = passages()) {
      RetrievalPipeline pipeline = new RetrievalPipeline(catalog);
      List<RetrievalResponse> answers =
          Stream.of("Passages of documents", "Diversity", "Dense feedback", "Answers")
              .flatMap(RankingDocTest::examples)
              .map(example -> search(pipeline, "passages", example))
              .toList();
      assertThat(answers).hasSize(6);
      assertThat(ids(answers.get(0))).contains("q", "p3");
      assertThat(ids(answers.get(1))).contains("p3").doesNotContain("q").startsWith("q1");
      assertThat(ids(answers.get(2))).hasSize(5);
      assertThat(ids(answers.get(2)).stream().filter(id -> id.startsWith("p"))).hasSize(2);
      assertThat(ids(answers.get(3))).hasSize(4);
      assertThat(ids(answers.get(4))).hasSize(6);
      assertThat(answers.get(5).hits()).hasSize(3);
      RetrievalResponse.Hit best =
          answers.get(5).hits().stream()
              .filter(hit -> hit.id().equals("p1"))
              .findFirst()
              .orElseThrow();
      RetrievalResponse.Place place = best.answers().getFirst().place();
      assertThat(place).isEqualTo(new RetrievalResponse.Place(13, 22, "eat seeds"));
      // It has one token, and vectors of two.
      assertThat(answers.get(5).hits().getFirst().id()).isEqualTo("far");
      assertThat(answers.get(5).hits().getFirst().answers().getFirst().place()).isNull();
    }
  }

  @Test
  void aStoredPipelineTakesTheVectorsOfTheRequest() throws IOException {
    List<String> examples = examples("Vectors of the request").toList();
    assertThat(examples).hasSize(2);
    try (CollectionCatalog catalog = passages()) {
      RetrievalPipeline pipeline = new RetrievalPipeline(catalog);
      PutPipelineRequest.Builder put = PutPipelineRequest.newBuilder();
      MessageReader.read(examples.get(0).getBytes(StandardCharsets.UTF_8), put);
      RankingNode root = RankingMapper.toDomain(put.getNode(), SearchMode.Exact::new);
      // The field has no encoder of queries, which nobody needs.
      pipeline.checkRanking("passages", root);
      SortedMap<String, String> stored =
          new TreeMap<>(Map.of("by-meaning", RankingMapper.toStored(root)));
      SearchRequest.Builder request = SearchRequest.newBuilder();
      MessageReader.read(examples.get(1).getBytes(StandardCharsets.UTF_8), request);
      RetrievalResponse found = search(pipeline, request, stored);
      // By meaning p1 is 1, p2 is 1, far is 0.75 and q1 is 0.5.
      assertThat(found.hits()).hasSize(6);
      assertThat(found.stages()).extracting(StageReport::documentsOut).containsExactly(6L, 4L, 6L);
      // What is echoed is what was stored.
      assertThat(found.pipeline()).isEqualTo(root);
      // The sparse side takes the vector of the request in the same way.
      request.setVector(SparseVector.newBuilder().addTokens("seed").addWeights(1));
      RetrievalResponse byVectors = search(pipeline, request, stored);
      assertThat(byVectors.stages().getFirst().documentsOut()).isEqualTo(1);
      assertThat(ids(byVectors).getFirst()).isEqualTo("p1");
      request.clearDense();
      assertThatThrownBy(() -> search(pipeline, request, stored))
          .hasMessageContaining("node.fuse.inputs[1].node.dense.query is not set");
      request.setText("birds");
      assertThatThrownBy(() -> search(pipeline, request, stored))
          .hasMessageContaining("a vector, here or in the request, since the field 'meaning'");
    }
  }

  private static RetrievalResponse search(
      RetrievalPipeline pipeline, SearchRequest.Builder request, SortedMap<String, String> stored) {
    return pipeline.retrieve(
        ProtoMapper.toDomain(
            request.setCollection("passages").build(), _ -> new SearchMode.Exact(), _ -> stored),
        Cancellation.NEVER);
  }

  private static RetrievalResponse search(
      RetrievalPipeline pipeline, String collection, String example) {
    SearchRequest.Builder request = SearchRequest.newBuilder();
    MessageReader.read(example.getBytes(StandardCharsets.UTF_8), request);
    request.setCollection(collection);
    return pipeline.retrieve(
        ProtoMapper.toDomain(
            request.build(), name -> pipeline.collection(name).defaultMode(), _ -> new TreeMap<>()),
        Cancellation.NEVER);
  }
}
