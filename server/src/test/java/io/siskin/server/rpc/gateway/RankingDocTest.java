package io.siskin.server.rpc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.Repository;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import io.siskin.server.ingest.DenseBuild;
import io.siskin.server.rank.StageReport;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.search.Cancellation;
import io.siskin.server.testing.FakeDenseModel;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
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
                  "embedding", new DenseType(4, DenseStorage.F32, DenseSimilarity.COSINE), 1)));
  private static final String LINES =
      """
      {"id": "old", "text": "garden birds garden birds", "published": "2001-01-01", "page": "p"}
      {"id": "new", "text": "garden birds and other birds", "published": "TODAY", "page": "p"}
      {"id": "third", "text": "birds of the garden", "page": "p"}
      {"id": "finch", "text": "a finch and a wren in the birds garden", "page": "q"}
      {"id": "wren", "text": "wren wren tit", "page": "q"}
      """;

  @TempDir private Path folder;

  private static List<String> examples() throws IOException {
    String page = Files.readString(Repository.root().resolve("docs/ranking.md"));
    return EXAMPLE.matcher(page).results().map(match -> match.group(1)).toList();
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
        new DenseBuild(Map.of("embedding", new DenseEncoderSpec(by, by, 4))),
        List.of(files),
        models);
    try (CollectionCatalog catalog =
        new CollectionCatalog(new DataDirectory(data), Verification.FULL, _ -> {}, models)) {
      catalog.openAll();
      RetrievalPipeline pipeline = new RetrievalPipeline(catalog);
      List<RetrievalResponse> answers =
          examples().stream().map(example -> search(pipeline, example)).toList();
      assertThat(answers).hasSize(6);
      assertThat(ids(answers.get(0))).hasSize(5).contains("wren");
      assertThat(answers.get(0).hits().getLast().stageScores()).containsKey("similar");
      assertThat(ids(answers.get(1)).getFirst()).isEqualTo("new");
      assertThat(answers.get(2).hits()).hasSize(2);
      assertThat(answers.get(2).hits().getFirst().innerHits()).hasSize(2);
      assertThat(answers.get(3).stages().getLast().expansion())
          .extracting(StageReport.Term::name)
          .contains("wren");
      assertThat(answers.get(4).hits()).hasSize(4);
      assertThat(answers.get(5).hits()).hasSize(5);
      assertThat(model.texts())
          .contains("garden birds", "which birds live in a garden?", "what does the wren eat?");
    }
  }

  private static RetrievalResponse search(RetrievalPipeline pipeline, String example) {
    SearchRequest.Builder request = SearchRequest.newBuilder();
    MessageReader.read(example.getBytes(StandardCharsets.UTF_8), request);
    request.setCollection("pages");
    return pipeline.retrieve(
        ProtoMapper.toDomain(
            request.build(), name -> pipeline.collection(name).defaultMode(), _ -> new TreeMap<>()),
        Cancellation.NEVER);
  }
}
