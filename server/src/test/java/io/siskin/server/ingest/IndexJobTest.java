package io.siskin.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.Bm25Formula;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.Weighting;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.store.Verification;
import io.siskin.index.vector.VectorPruning;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.retrieve.RetrievalResponse.Hit;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From files to answers, in one process: index job, catalog and pipeline together. */
final class IndexJobTest {
  private static final String BIRDS =
      """
      {"_id": "siskin", "title": "Eurasian siskin", "text": "A small finch that eats the seeds of alders."}
      {"_id": "goldfinch", "title": "Goldfinch", "text": "A finch with a red face that eats thistle seeds."}
      {"_id": "osprey", "title": "Osprey", "text": "A bird of prey that eats fish and nothing else."}
      """;

  @TempDir Path directory;

  @Test
  void textIsFoundByItsWords() throws IOException {
    IndexReport report = index("birds", BIRDS, 0, null);
    assertThat(report.encoder()).isEqualTo("bm25");
    assertThat(report.segment().documentCount()).isEqualTo(3);
    try (CollectionCatalog catalog = catalog()) {
      RetrievalResponse response =
          new RetrievalPipeline(catalog)
              .retrieve(text("birds", "finches eating seeds"), Cancellation.NEVER);
      assertThat(response.hits().stream().map(Hit::id)).startsWith("siskin").hasSize(3);
      Hit best = response.hits().getFirst();
      assertThat(best.fields()).containsEntry("title", "Eurasian siskin");
      double explained =
          best.contributions().stream().mapToDouble(each -> each.contribution()).sum();
      assertThat(explained).isCloseTo(best.score(), org.assertj.core.data.Offset.offset(1e-4));
      assertThat(best.contributions())
          .extracting(each -> each.term())
          .contains("finch", "seed", "eat");
      assertThat(response.timings().totalNanos()).isPositive();
      assertThat(response.unknownTerms()).isZero();
    }
  }

  @Test
  void aReplacedCollectionIsServedFromThenOn() throws IOException {
    index("birds", BIRDS, 0, null);
    try (CollectionCatalog catalog = catalog()) {
      RetrievalPipeline pipeline = new RetrievalPipeline(catalog);
      catalog.watch(10);
      IndexReport second =
          index("birds", "{\"id\": 7, \"contents\": \"The finch of finches.\"}\n", 0, null);
      assertThat(second.generation()).isEqualTo(2);
      long deadline = System.nanoTime() + 10_000_000_000L;
      List<String> found = List.of();
      while (!found.equals(List.of("7")) && System.nanoTime() < deadline) {
        found = ids(pipeline, "birds", "finch");
      }
      assertThat(found).containsExactly("7");
      assertThat(pipeline.collection("birds").documentCount()).isEqualTo(1);
    }
    try (Stream<Path> segments = Files.list(directory.resolve("data/birds/segments"))) {
      assertThat(segments).hasSize(1);
    }
  }

  @Test
  void theSameBuildAgainKeepsTheSegment() throws IOException {
    String first = index("birds", BIRDS, 0, null).segment().id().toString();
    String again = index("birds", BIRDS, 0, null).segment().id().toString();
    assertThat(again).isEqualTo(first);
    try (CollectionCatalog catalog = catalog()) {
      assertThat(ids(new RetrievalPipeline(catalog), "birds", "osprey")).containsExactly("osprey");
    }
  }

  @Test
  void badRecordsAreReportedCountedAndBounded() throws IOException {
    String lines =
        BIRDS
            + """
            {"id": "x"
            {"_id": "osprey", "text": "again"}
            """;
    List<String> reported = new ArrayList<>();
    IndexReport report = index("birds", lines, 2, reported);
    assertThat(report.skippedCount()).isEqualTo(2);
    assertThat(report.segment().documentCount()).isEqualTo(3);
    assertThat(reported).hasSize(2);
    assertThat(reported.get(0)).contains("birds.jsonl:4");
    assertThat(reported.get(1)).contains("birds.jsonl:5").contains("osprey");
    assertThatThrownBy(() -> index("birds", lines, 1, null))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("birds.jsonl:5");
    assertThat(index("birds", BIRDS, 0, null).generation()).isEqualTo(2);
  }

  @Test
  void theShareOfTheLowestQualityIsLeftOut() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      // Two of quality 0, two of 1, and so on; one more without, one with a bad one.
      lines.append("{\"id\": \"d" + i + "\", \"text\": \"finch\", \"q\": " + i / 2 + "}\n");
    }
    lines.append("{\"id\": \"none\", \"text\": \"finch\"}\n");
    lines.append("{\"id\": \"bad\", \"text\": \"finch\", \"q\": \"good\"}\n");
    DocumentPruning pruning = new DocumentPruning(VectorPruning.NONE, "q", 0.3);
    List<String> reported = new ArrayList<>();
    IndexReport report = index("birds", lines.toString(), pruning, 1, reported);
    assertThat(report.droppedCount()).isEqualTo(2);
    assertThat(report.skippedCount()).isEqualTo(1);
    assertThat(reported).singleElement().asString().contains("birds.jsonl:10", "finite");
    try (CollectionCatalog catalog = catalog()) {
      assertThat(ids(new RetrievalPipeline(catalog), "birds", "finch"))
          .containsExactly("d2", "d3", "d4", "d5", "d6", "d7", "none");
    }
  }

  @Test
  void vectorsArePrunedBeforeTheyAreIndexed() throws IOException {
    String lines = "{\"id\": \"a\", \"vector\": {\"finch\": 3, \"seed\": 1}}\n";
    DocumentPruning pruning = new DocumentPruning(new VectorPruning(1, 1), null, 0);
    assertThat(index("birds", lines, pruning, 0, null).segment().postingCount()).isEqualTo(1);
    assertThat(index("birds", lines, DocumentPruning.NONE, 0, null).segment().postingCount())
        .isEqualTo(2);
  }

  /** Each bird has 7 tokens, with its title and without the stop words of English. */
  @Test
  void theAverageLengthIsPinned() throws IOException {
    assertThat(averageLength(null, BIRDS)).isEqualTo(7);
    assertThat(averageLength(null, BIRDS.replace("fish", "fish fish fish"))).isEqualTo(23.0 / 3);
    Bm25Spec bm25 = new Bm25Spec(new AnalyzerSpec.English());
    assertThat(averageLength(bm25.withAverageLength(0.75), BIRDS)).isEqualTo(0.75);
    assertThat(averageLength(bm25, "{\"id\": \"1\", \"text\": \"\"}\n"))
        .isEqualTo(Bm25Formula.AVERAGE_LENGTH_DEFAULT);
  }

  private double averageLength(@Nullable EncoderSpec wanted, String lines) throws IOException {
    Path data = directory.resolve("data");
    IndexReport report = TestCollections.index(data, "birds", lines, BuildOptions.DEFAULTS, wanted);
    Path folder = data.resolve("birds");
    Bm25Spec stored = (Bm25Spec) CollectionManifest.read(folder).encoderSpec(folder);
    assertThat(report.segment().weighting())
        .isEqualTo(new Weighting.Bm25(stored.k1(), stored.b(), stored.averageLength()));
    return stored.averageLength();
  }

  @Test
  void pruningThatCannotBeIsRefused() {
    assertThatThrownBy(() -> new DocumentPruning(VectorPruning.NONE, null, 0.5))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("quality-field");
    assertThatThrownBy(() -> new DocumentPruning(VectorPruning.NONE, "q", 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("quality-drop-share");
    assertThatThrownBy(
            () ->
                request(
                    "birds",
                    directory,
                    0,
                    new Bm25Spec(new AnalyzerSpec.English()),
                    new DocumentPruning(new VectorPruning(9, 1), null, 0)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("bm25");
  }

  @Test
  void pruningIsRefusedWhereTextTurnsOutToBeBm25() {
    DocumentPruning pruning = new DocumentPruning(new VectorPruning(9, 1), null, 0);
    assertThatThrownBy(() -> index("birds", BIRDS, pruning, 0, null))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("bm25");
  }

  @Test
  void aStoppedJobLeavesTheOldCollectionAndNothingElse() throws IOException {
    index("birds", BIRDS, 0, null);
    BuildProgress stopper =
        new BuildProgress() {
          @Override
          public void begin(String stage, long totalUnits) {
            if (stage.equals("inversion")) {
              throw new CancellationException("stopped by the test");
            }
          }
        };
    Path input = write("birds", "{\"id\": \"new\", \"text\": \"another\"}\n");
    IndexJob job =
        new IndexJob(request("birds", input, 0, null), stopper, error -> {}, TextModels.NONE);
    assertThatThrownBy(job::run).isInstanceOf(CancellationException.class);
    try (Stream<Path> left = Files.list(directory.resolve("data/birds"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(".lock", "collection.json", "segments");
    }
    try (CollectionCatalog catalog = catalog()) {
      assertThat(ids(new RetrievalPipeline(catalog), "birds", "osprey")).containsExactly("osprey");
    }
  }

  @Test
  void vectorsAreFoundByTokenAndByTermId() throws IOException {
    index(
        "tokens",
        """
        {"id": "a", "vector": {"x": 1.5, "y": 0.5}}
        {"id": "b", "vector": {"y": 2}}
        """,
        0,
        null);
    index("ids", "{\"id\": \"a\", \"vector\": {\"4000000000\": 1.5}}\n", 0, null);
    try (CollectionCatalog catalog = catalog()) {
      RetrievalPipeline pipeline = new RetrievalPipeline(catalog);
      var byToken =
          new Query.Vector(io.siskin.index.vector.TokenVector.of(Map.of("y", 1f, "zz", 1f)));
      RetrievalResponse response =
          pipeline.retrieve(request("tokens", byToken), Cancellation.NEVER);
      assertThat(response.hits()).extracting(Hit::id).containsExactly("b", "a");
      assertThat(response.unknownTerms()).isEqualTo(1);
      var byId =
          new Query.Vector(
              io.siskin.index.vector.TermIdVector.of(
                  new int[] {(int) 4_000_000_000L}, new float[] {1}));
      assertThat(pipeline.retrieve(request("ids", byId), Cancellation.NEVER).hits()).hasSize(1);
      assertThatThrownBy(() -> pipeline.retrieve(request("ids", byToken), Cancellation.NEVER))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("term ids");
      assertThatThrownBy(() -> pipeline.retrieve(text("ids", "x"), Cancellation.NEVER))
          .isInstanceOf(InvalidInputException.class);
      assertThatThrownBy(() -> pipeline.retrieve(text("token", "x"), Cancellation.NEVER))
          .isInstanceOf(CollectionNotFoundException.class)
          .hasMessage("collection 'token' does not exist; similar: tokens");
    }
  }

  @Test
  void aFieldThatNoDocumentHasIsRefused() throws IOException {
    index("birds", BIRDS, 0, null);
    try (CollectionCatalog catalog = catalog()) {
      RetrievalPipeline pipeline = new RetrievalPipeline(catalog);
      RetrievalRequest request = text("birds", "finch");
      assertThatThrownBy(
              () -> pipeline.retrieve(withFields(request, "title", "txt"), Cancellation.NEVER))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "fields is 'txt'; allowed: a stored field of the collection, or '*' for all of"
                  + " them; similar: text");
      assertThat(pipeline.retrieve(withFields(request, "title"), Cancellation.NEVER).hits())
          .allSatisfy(hit -> assertThat(hit.fields()).containsOnlyKeys("title"));
    }
  }

  @Test
  void fetchingCountsAsWorkWhenAThreadIsChosen() throws IOException {
    index("birds", BIRDS, 0, null);
    try (CollectionCatalog catalog = catalog()) {
      RetrievalPipeline pipeline = new RetrievalPipeline(catalog);
      RetrievalRequest plain =
          new RetrievalRequest(
              "birds", new Query.Text("finch"), 10, Evaluation.BY_DEFAULT, List.of(), false);
      long postings = pipeline.estimatedPostings(plain);
      assertThat(postings).isPositive();
      assertThat(pipeline.estimatedPostings(withFields(plain, "*"))).isGreaterThan(10 * postings);
    }
  }

  private static RetrievalRequest withFields(RetrievalRequest request, String... fields) {
    return new RetrievalRequest(
        request.collection(),
        request.query(),
        request.k(),
        request.evaluation(),
        List.of(fields),
        request.explain());
  }

  private static List<String> ids(RetrievalPipeline pipeline, String collection, String text) {
    return pipeline.retrieve(text(collection, text), Cancellation.NEVER).hits().stream()
        .map(Hit::id)
        .toList();
  }

  private static RetrievalRequest text(String collection, String text) {
    return request(collection, new Query.Text(text));
  }

  private static RetrievalRequest request(String collection, Query query) {
    return new RetrievalRequest(
        collection, query, 10, new Evaluation.InMode(new SearchMode.Exact()), List.of("*"), true);
  }

  private CollectionCatalog catalog() throws IOException {
    CollectionCatalog catalog =
        new CollectionCatalog(
            new DataDirectory(directory.resolve("data")),
            Verification.FULL,
            snapshot -> {},
            TextModels.NONE);
    catalog.openAll();
    return catalog;
  }

  private IndexReport index(
      String name, String lines, long skipBad, @Nullable List<String> reported) throws IOException {
    return index(name, lines, DocumentPruning.NONE, skipBad, reported);
  }

  private IndexReport index(
      String name,
      String lines,
      DocumentPruning pruning,
      long skipBad,
      @Nullable List<String> reported)
      throws IOException {
    Path input = write(name, lines);
    return new IndexJob(
            request(name, input, skipBad, null, pruning),
            BuildProgress.NONE,
            error -> {
              if (reported != null) {
                reported.add(error.getMessage());
              }
            },
            TextModels.NONE)
        .run();
  }

  private Path write(String name, String lines) throws IOException {
    return Files.writeString(directory.resolve(name + ".jsonl"), lines);
  }

  private IndexRequest request(
      String name, Path input, long skipBad, @Nullable EncoderSpec encoder) {
    return request(name, input, skipBad, encoder, DocumentPruning.NONE);
  }

  private IndexRequest request(
      String name,
      Path input,
      long skipBad,
      @Nullable EncoderSpec encoder,
      DocumentPruning pruning) {
    BuildOptions defaults = BuildOptions.DEFAULTS;
    BuildOptions options =
        new BuildOptions(
            defaults.weighting(),
            defaults.quantization(),
            defaults.reordering(),
            new BuildOptions.Structures(true, false, null, null, null, true),
            2);
    return new IndexRequest(
        List.of(input),
        InputFormat.AUTO,
        directory.resolve("data"),
        name,
        encoder,
        Map.of(),
        List.of(),
        options,
        pruning,
        skipBad,
        false);
  }
}
