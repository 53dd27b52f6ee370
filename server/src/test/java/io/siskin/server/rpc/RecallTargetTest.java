package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.client.CollectionInfo;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchMode;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SparseVector;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.ingest.CalibrationJob;
import io.siskin.server.ingest.DocumentPruning;
import io.siskin.server.ingest.IndexJob;
import io.siskin.server.ingest.IndexRequest;
import io.siskin.server.plan.Calibration;
import io.siskin.server.retrieve.RetrievalPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Recall targets and budgets from the client to the index and back, and what they are kept by. */
@Timeout(300)
class RecallTargetTest {
  private static final int DOCUMENTS = 1200;

  @TempDir static Path folder;
  private static Path data;
  private static CollectionCatalog catalog;
  private static GrpcServer server;
  private static SearchClient client;
  private static SparseVector query;

  @BeforeAll
  static void serve() throws IOException {
    data = folder.resolve("data");
    RandomCollection.Shape shape = new RandomCollection.Shape(DOCUMENTS, 300, 20, 6, 1 << 20, true);
    RandomCollection drawn = RandomCollection.draw(shape, new Random(11));
    index("vectors", drawn, BuildOptions.DEFAULTS.withThreads(2), true);
    TokenVector vector = (TokenVector) drawn.queries().getLast();
    String[] tokens = new String[vector.size()];
    float[] weights = new float[vector.size()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = vector.token(i);
      weights[i] = vector.weight(i);
    }
    query = SparseVector.ofTokens(tokens, weights);
    catalog =
        new CollectionCatalog(
            new DataDirectory(data), Verification.FULL, snapshot -> {}, TextModels.NONE);
    catalog.openAll();
    server =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).build(),
            FakeBackends.of(new RetrievalPipeline(catalog), FakeTextEncoders.NONE));
    client = SearchClient.connect("127.0.0.1:" + server.port());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.shutdown(Duration.ofSeconds(5));
    catalog.close();
  }

  @Test
  void aTargetOfOneIsExactAndALowerOneFindsItsShare() {
    SearchResult exact = client.search(request().withMode(SearchMode.exact()));
    SearchResult one = client.search(request().withRecallTarget(1f));
    assertThat(one.mode()).isEqualTo(new SearchMode.Exact());
    assertThat(one.hits()).isEqualTo(exact.hits());
    SearchResult most = client.search(request().withRecallTarget(0.9f));
    assertThat(most.hits()).hasSameSizeAs(exact.hits());
    assertThat(most.hits().getFirst().score()).isLessThanOrEqualTo(exact.hits().getFirst().score());
  }

  @Test
  void whatTargetsLeadToIsDescribed() {
    CollectionInfo info = client.collection("vectors");
    assertThat(info.defaultRecallTarget()).as("few documents are searched exactly").isEqualTo(1);
    assertThat(info.defaultMode()).isEqualTo(new SearchMode.Exact());
    assertThat(info.recallExpectations()).hasSize(15);
    for (CollectionInfo.RecallExpectation told : info.recallExpectations()) {
      assertThat(told.recall()).isGreaterThanOrEqualTo(told.recallTarget());
      SearchResult found =
          client.search(request().withK(told.k()).withRecallTarget(told.recallTarget()));
      assertThat(found.mode()).as("%s", told).isEqualTo(told.mode());
    }
  }

  @Test
  void aBudgetIsReportedWithTheMode() {
    SearchResult planned =
        client.search(request().withRecallTarget(0.9f).withTimeBudget(Duration.ofMillis(900)));
    assertThat(planned.mode()).isInstanceOf(SearchMode.ScoreAtATime.class);
    assertThat(((SearchMode.ScoreAtATime) planned.mode()).budgetMicros()).isEqualTo(900_000);
    assertThat(planned.counters().budgetExhausted()).isZero();
    SearchResult byDefault = client.search(request().withTimeBudget(Duration.ofMillis(900)));
    assertThat(byDefault.mode()).isInstanceOf(SearchMode.ScoreAtATime.class);
  }

  @Test
  void whatContradictsItselfIsRefused() {
    assertRefused("recall_target", request().withRecallTarget(.9f).withMode(SearchMode.exact()));
    assertRefused("recall_target", request().withRecallTarget(0f));
    Duration budget = Duration.ofMillis(1);
    assertRefused(
        "time_budget_micros", request().withTimeBudget(budget).withMode(SearchMode.exact()));
    assertRefused(
        "time_budget_micros", request().withTimeBudget(budget).withMode(SearchMode.clustered()));
  }

  @Test
  void aCollectionWithoutTheListsIsExactUnderEveryTargetAndBudget() throws IOException {
    RandomCollection drawn =
        RandomCollection.draw(new RandomCollection.Shape(60, 40, 9, 2, 5, true), new Random(12));
    BuildOptions defaults = BuildOptions.DEFAULTS;
    index(
        "plain",
        drawn,
        new BuildOptions(
            defaults.weighting(),
            defaults.quantization(),
            defaults.reordering(),
            new BuildOptions.Structures(true, false, null, null, null, true),
            2),
        true);
    catalog.open("plain");
    SearchRequest plain = SearchRequest.vector("plain", query);
    assertThat(client.search(plain.withRecallTarget(.5f)).mode()).isEqualTo(new SearchMode.Exact());
    assertThat(client.search(plain.withTimeBudget(Duration.ofMillis(1))).mode())
        .as("nothing can be interrupted there, and it is small")
        .isEqualTo(new SearchMode.Exact());
    assertRefused("mode", plain.withMode(SearchMode.scoreAtATime()));
    assertThat(client.collection("plain").recallExpectations()).isEmpty();
  }

  @Test
  void aNewCalibrationIsTakenOverAndABrokenOneIsAsGoodAsNone() throws Exception {
    RandomCollection.Shape shape = new RandomCollection.Shape(DOCUMENTS, 300, 20, 6, 1 << 20, true);
    index(
        "again",
        RandomCollection.draw(shape, new Random(13)),
        BuildOptions.DEFAULTS.withThreads(2),
        false);
    assertThat(calibrations("again")).containsExactly((Calibration) null);
    Path queries = folder.resolve("queries.jsonl");
    Files.writeString(queries, "{\"id\":\"1\",\"vector\":{\"t1\":1,\"t2\":0.5,\"t40\":2}}\n");
    CalibrationJob.Report report =
        new CalibrationJob(data, "again", queries, BuildProgress.NONE, TextModels.NONE).run();
    assertThat(report.generation()).isEqualTo(2);
    Calibration given = calibrations("again").getFirst();
    assertThat(given.source()).isEqualTo(Calibration.QuerySource.GIVEN);
    assertThat(given.queryCount()).isEqualTo(1);
    assertThat(report.calibrations().values()).containsExactly(given);

    Path file =
        DataDirectory.calibrationFile(
            data.resolve("again"), report.calibrations().keySet().iterator().next());
    String good = Files.readString(file);
    for (String bad :
        List.of(
            "",
            "{",
            good.replaceFirst("\"version\" : \\d+", "\"version\" : 9"),
            good.substring(9))) {
      Files.writeString(file, bad);
      assertThat(calibrations("again")).as(bad).containsExactly((Calibration) null);
    }
    Files.delete(file);
    assertThat(calibrations("again")).containsExactly((Calibration) null);
  }

  private static List<Calibration> calibrations(String collection) throws IOException {
    Path directory = data.resolve(collection);
    CollectionSnapshot snapshot =
        CollectionSnapshot.open(
            directory, CollectionManifest.read(directory), Verification.STRUCTURE, TextModels.NONE);
    try {
      return snapshot.planner().calibrations();
    } finally {
      snapshot.release();
    }
  }

  private static SearchRequest request() {
    return SearchRequest.vector("vectors", query);
  }

  private static void assertRefused(String field, SearchRequest request) {
    assertThatThrownBy(() -> client.search(request))
        .isInstanceOfSatisfying(
            SearchException.InvalidRequest.class,
            error -> assertThat(error.violations().getFirst().field()).isEqualTo(field));
  }

  private static void index(
      String name, RandomCollection drawn, BuildOptions options, boolean calibrate)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < drawn.documents().size(); i++) {
      TokenVector vector = (TokenVector) drawn.documents().get(i);
      StringBuilder line = new StringBuilder("{\"id\":\"d" + i + "\",\"vector\":{");
      for (int term = 0; term < vector.size(); term++) {
        line.append(term == 0 ? "\"" : ",\"").append(vector.token(term)).append("\":");
        line.append(vector.weight(term));
      }
      lines.add(line.append("}}").toString());
    }
    Path input = Files.write(folder.resolve(name + ".jsonl"), lines);
    new IndexJob(
            new IndexRequest(
                List.of(input),
                InputFormat.JSONL,
                data,
                name,
                null,
                Map.of(),
                List.of(),
                options,
                DocumentPruning.NONE,
                0,
                calibrate),
            BuildProgress.NONE,
            error -> {},
            TextModels.NONE)
        .run();
  }
}
