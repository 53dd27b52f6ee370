package io.siskin.server.rpc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.rank.StageReport;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.search.Cancellation;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
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
                  "tokens", new DenseType(2, DenseStorage.F32, DenseSimilarity.DOT), 3),
              new DenseFieldSpec(
                  "lexical", new DenseType(768, DenseStorage.SLICES, DenseSimilarity.DOT), 1)));
  private static final String LINES =
      """
      {"id": "old", "text": "garden birds garden birds", "published": "2001-01-01", "page": "p"}
      {"id": "new", "text": "garden birds and other birds", "published": "TODAY", "page": "p"}
      {"id": "third", "text": "birds of the garden", "page": "p", "dense": {"tokens": [[1, 0], [0, 2]]}}
      {"id": "finch", "text": "a finch and a wren in the birds garden", "page": "q"}
      {"id": "wren", "text": "wren wren tit", "page": "q"}
      """;

  @TempDir private Path data;

  private static List<String> examples() throws IOException {
    String page = Files.readString(Repository.root().resolve("docs/ranking.md"));
    return EXAMPLE.matcher(page).results().map(match -> match.group(1)).toList();
  }

  private static List<String> ids(RetrievalResponse response) {
    return response.hits().stream().map(RetrievalResponse.Hit::id).toList();
  }

  @Test
  void theExamplesRun() throws IOException {
    TestCollections.index(
        data,
        "pages",
        LINES.replace("TODAY", LocalDate.now(ZoneOffset.UTC).toString()),
        TestCollections.exactOnly(),
        null,
        SCHEMA,
        StatisticsScope.COLLECTION);
    try (CollectionCatalog catalog =
        new CollectionCatalog(
            new DataDirectory(data), Verification.FULL, _ -> {}, TextModels.NONE)) {
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
      // 0.8 * 2 for the first vector of the query, and 2 for the second one.
      assertThat(ids(answers.get(4)).getFirst()).isEqualTo("third");
      assertThat((double) answers.get(4).hits().getFirst().score()).isCloseTo(3.6, within(1e-6));
      // BM25's weights of two terms: the document that has both twice is the best.
      assertThat(ids(answers.get(5)).getFirst()).isEqualTo("old");
      assertThat(answers.get(5).hits().getFirst().score()).isPositive();
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
