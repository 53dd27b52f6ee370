package io.siskin.server.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.siskin.index.store.Verification;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.PutPipelineRequest;
import io.siskin.proto.v1.PutPipelineResponse;
import io.siskin.proto.v1.RankingNode;
import io.siskin.proto.v1.SparseStage;
import io.siskin.server.app.CapturedRun;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.serving.SearchServer;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.rpc.GrpcServerOptions;
import io.siskin.server.testing.FakeRemoteEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code eval} on a handful of documents. */
final class EvalCommandTest {
  @TempDir private Path folder;
  private Path data;
  private Path queries;
  private Path qrels;

  @BeforeEach
  void write() throws IOException {
    data = folder.resolve("data");
    queries = Files.writeString(folder.resolve("q.tsv"), "q1\tinsects\nq2\tbirds\n");
    qrels = Files.writeString(folder.resolve("qrels"), "q1 0 bee 1\nq2 0 owl 2\nq2 0 bee 0\n");
    index(
        """
        {"id": "bee", "text": "an entomologist studies insects"}
        {"id": "owl", "text": "an ornithologist studies birds"}
        """);
  }

  private void index(String lines, Object... options) throws IOException {
    Path corpus = Files.writeString(folder.resolve("bugs.jsonl"), lines);
    List<Object> words = new ArrayList<>(List.of("index", "-i", corpus, "-o", data));
    words.addAll(List.of(options));
    CapturedRun run = CapturedRun.of(words.toArray());
    assertThat(run.status()).as(run.err()).isZero();
  }

  private CapturedRun eval(Object... options) {
    return evalAt("--data=" + data, options);
  }

  private CapturedRun evalAt(String place, Object... options) {
    List<Object> words = new ArrayList<>(List.of("eval", place, "--collection", "bugs"));
    words.addAll(List.of("--queries", queries, "--qrels", qrels, "--json"));
    words.addAll(List.of(options));
    return CapturedRun.of(words.toArray());
  }

  private static JsonNode json(CapturedRun run) throws IOException {
    assertThat(run.status()).as(run.err()).isZero();
    return new ObjectMapper().readTree(run.lastLine());
  }

  @Test
  void judgedQueriesAreMeasuredInTheDefaultModeOfTheCollection() throws IOException {
    JsonNode result = json(eval());
    assertThat(result.get("nDCG@10").doubleValue()).isEqualTo(1);
    assertThat(result.get("queries").intValue()).isEqualTo(2);
    assertThat(result.get("mode").asText()).isEqualTo("collection default");
    assertThat(result.get("modes_used").asText()).isEqualTo("exact");
    assertThat(json(eval("--mode", "score-at-a-time")).get("modes_used").asText())
        .isEqualTo("score-at-a-time");
  }

  /** A server that answers by default as the collection says is asked for just that. */
  @Test
  void overGrpcTheSameIsMeasured() throws Exception {
    GrpcServerOptions options = GrpcServerOptions.builder().port(0).build();
    BatchedModels models =
        new BatchedModels(TextModels.NONE, BatchingOptions.DEFAULTS, new EncodingCache(0));
    try (SearchServer server =
        SearchServer.listen(new DataDirectory(data), options, Verification.FULL, 0, models)) {
      server.open();
      String place = "--target=" + server.address();
      JsonNode result = json(evalAt(place));
      assertThat(result.get("nDCG@10").doubleValue()).isEqualTo(1);
      assertThat(result.get("modes_used").asText()).isEqualTo("exact");
      JsonNode ranked = json(evalAt(place, "--pipeline", tree()));
      assertThat(ranked.get("nDCG@10").doubleValue()).isEqualTo(1);
      CapturedRun search =
          CapturedRun.of("search", place, "-c", "bugs", "--json", "--pipeline", tree(), "insects");
      JsonNode found = json(search);
      assertThat(found.get("stages")).hasSize(2);
      assertThat(found.get("hits").get(0).get("stage_scores").get("node").doubleValue())
          .isEqualTo(1.0 / 61);
      keepPipeline(server.address());
      JsonNode stored = json(evalAt(place, "--pipeline", "best"));
      assertThat(stored.get("nDCG@10").doubleValue()).isEqualTo(1);
      assertThat(evalAt(place, "--pipeline", "bets").err()).contains("similar: best");
      queries =
          Files.writeString(folder.resolve("v.jsonl"), "{\"id\":\"q1\",\"vector\":{\"17\":1}}\n");
      assertThat(evalAt(place).err()).contains("has a term that the collection knows");
      assertThat(server.shutdown()).isTrue();
    }
    queries = folder.resolve("q.tsv");
    JsonNode local = json(eval("--pipeline", "best", "--warm-up", "2"));
    assertThat(local.get("nDCG@10").doubleValue()).isEqualTo(1);
    JsonNode stage = local.get("stages").get(0);
    assertThat(stage.get("name").asText()).isEqualTo("node");
    assertThat(stage.get("mean_in").doubleValue()).isZero();
    assertThat(stage.get("mean_out").doubleValue()).isEqualTo(1);
    assertThat(stage.get("mean_micros").doubleValue()).isPositive();
    assertThat(stage.get("incomplete_queries").intValue()).isZero();
    assertThat(eval("--warm-up", "1001").err()).contains("--warm-up is 1001");
  }

  private static void keepPipeline(String address) {
    ManagedChannel channel =
        Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();
    try {
      RankingNode leaf =
          RankingNode.newBuilder()
              .setLimit(100)
              .setSparse(SparseStage.getDefaultInstance())
              .build();
      PutPipelineResponse kept =
          PipelineServiceGrpc.newBlockingStub(channel)
              .putPipeline(
                  PutPipelineRequest.newBuilder()
                      .setCollection("bugs")
                      .setPipeline("best")
                      .setNode(leaf)
                      .build());
      assertThat(kept.getPipeline().getName()).isEqualTo("best");
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aPipelineIsEvaluatedAndComparedWithABaseline() throws IOException {
    Path run = folder.resolve("base.trec");
    assertThat(eval("--run", run).status()).isZero();
    JsonNode result = json(eval("--pipeline", tree(), "--baseline", run));
    assertThat(result.get("nDCG@10").doubleValue()).isEqualTo(1);
    assertThat(result.get("mode").asText()).isEqualTo("pipeline " + tree());
    JsonNode compared = result.get("nDCG@10 vs baseline");
    assertThat(compared.get("difference").doubleValue()).isZero();
    assertThat(compared.get("p").doubleValue()).isEqualTo(1);
    CapturedRun unknown = eval("--pipeline", "nowhere");
    assertThat(unknown.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(unknown.err()).contains("pipeline is 'nowhere'", "has no pipelines");
    assertThat(eval("--pipeline", tree(), "--mode", "exact").err())
        .contains("beside exact", "modes and budgets in its nodes");
  }

  /** The difference is over the queries of the means. */
  @Test
  void aQueryThatWasNotAskedIsNoEqualOne() throws IOException {
    Files.writeString(qrels, "q1 0 bee 1\nq2 0 owl 2\nq3 0 owl 1\n");
    Path base = Files.writeString(folder.resolve("half.trec"), "q2 Q0 owl 1 1.0 half\n");
    JsonNode asked = json(eval("--baseline", base, "--mean-over", "asked"));
    assertThat(asked.get("nDCG@10 vs baseline").get("difference").doubleValue()).isEqualTo(0.5);
    JsonNode judged = json(eval("--baseline", base));
    assertThat(judged.get("nDCG@10 vs baseline").get("difference").doubleValue())
        .isEqualTo(0.33333);
  }

  private Path tree() throws IOException {
    return Files.writeString(
        folder.resolve("tree.json"),
        """
        {"limit": 100, "fuse": {
          "inputs": [{"node": {"limit": 100, "sparse": {}}}],
          "reciprocalRank": {}}}
        """);
  }

  @Test
  void idsThatNoJudgmentKnowsAreRefusedBeforeAnythingIsSearched() throws IOException {
    Files.writeString(qrels, "1 0 bee 1\n");
    CapturedRun run = eval();
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err())
        .contains("judges no query of " + queries, "'q1'", "'1'")
        .doesNotContain("searching");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void judgmentsOfOtherDocumentsAreRefusedBeforeAnythingIsSearched() throws IOException {
    Files.writeString(qrels, "q1 0 wasp 1\nq2 0 eagle 1\n");
    CapturedRun run = eval();
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err())
        .contains("none of whose documents is in collection bugs")
        .doesNotContain("searching");
  }

  @Test
  void someIdsThatNoJudgmentKnowsAreCounted() throws IOException {
    Files.writeString(queries, "q1\tinsects\nq9\tbirds\n");
    CapturedRun run = eval();
    assertThat(run.err())
        .contains("1 of 2 queries have no judgment")
        .contains("1 judged queries were not asked and count 0");
    assertThat(json(run).get("nDCG@10").doubleValue()).isEqualTo(0.5);
    JsonNode asked = json(eval("--mean-over", "asked"));
    assertThat(asked.get("nDCG@10").doubleValue()).isEqualTo(1);
    assertThat(asked.get("not_asked_queries").intValue()).isEqualTo(1);
  }

  @Test
  void queriesOfAnotherVocabularyAreRefused() throws IOException {
    queries =
        Files.writeString(
            folder.resolve("v.jsonl"),
            "{\"id\":\"q1\",\"vector\":{\"17\":1}}\n{\"id\":\"q2\",\"vector\":{\"4\":1}}\n");
    CapturedRun run = eval();
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("none of whose 2 has a term that the collection knows");
    Files.writeString(
        queries,
        "{\"id\":\"q1\",\"vector\":{\"insect\":1}}\n{\"id\":\"q2\",\"vector\":{\"zzz\":1}}\n");
    CapturedRun some = eval();
    assertThat(some.err()).contains("1 queries have no term that the collection knows");
    assertThat(json(some).get("unmatched_queries").intValue()).isEqualTo(1);
    index("{\"id\": \"bee\", \"vector\": {\"3\": 1}}\n");
    assertThat(eval().err()).contains("v.jsonl:1: vector key is 'insect'");
  }

  @Test
  void benchRefusesThemToo() throws IOException {
    Path vectors =
        Files.writeString(folder.resolve("v.jsonl"), "{\"id\":\"q1\",\"vector\":{\"17\":1}}\n");
    Path out = folder.resolve("rows.jsonl");
    CapturedRun run =
        CapturedRun.of(
            "bench", "--data", data, "--collection", "bugs", "--queries", vectors, "--json", out);
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("none of whose 1 has a term that the collection knows");
    assertThat(out).doesNotExist();
  }

  @Test
  void benchChecksWhereItWritesFirst() {
    Path out = folder.resolve("missing/rows.jsonl");
    CapturedRun run =
        CapturedRun.of(
            "bench", "--data", data, "--collection", "nope", "--queries", queries, "--json", out);
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("--json is " + out);
  }

  @Test
  void aRunReplacesTheFileOnlyWhenItIsWhole() throws IOException {
    Path file = Files.writeString(folder.resolve("run.trec"), "old\n");
    index(
        """
        {"id": "a bee", "text": "insects"}
        {"id": "bee", "text": "birds"}
        """);
    CapturedRun run = eval("--run", file);
    // The figures are there all the same.
    assertThat(run.out()).contains("nDCG@10");
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("document id is 'a bee'", "white space");
    assertThat(file).hasContent("old");
    assertThat(filesIn(folder)).noneMatch(name -> name.endsWith(".tmp"));
    index("{\"id\": \"bee\", \"text\": \"insects\"}\n");
    assertThat(eval("--run", file).status()).isZero();
    assertThat(Files.readString(file)).startsWith("q1 Q0 bee 1 ");
  }

  @Test
  void aQueryIdThatARunCannotCarryIsRefusedFirst() throws IOException {
    Files.writeString(queries, "q1\tinsects\nq 2\tbirds\n");
    Path file = Files.writeString(folder.resolve("run.trec"), "old\n");
    CapturedRun run = eval("--run", file);
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("q.tsv:2: query id is 'q 2'").doesNotContain("searching");
    assertThat(file).hasContent("old");
  }

  @Test
  void whatCannotBeReadOrWrittenIsRefusedFirst() throws IOException {
    assertThat(eval("--run", folder.resolve("missing/run.trec")).err())
        .contains("its folder does not exist");
    assertThat(eval("--run", folder).err()).contains("--run is ", "a file that can be written");
    assertThat(eval("--k", 0).err()).contains("--k is 0; allowed: 1 to 10000");
    assertThat(eval("--mode", "exact", "--query-cut", 3).err()).contains("--mode is exact");
    qrels = folder.resolve("missing");
    assertThat(eval().err()).contains("--qrels is ", "a file that exists");
    qrels = Files.writeString(folder.resolve("bad"), "q1 0 bee\n");
    CapturedRun run = eval();
    assertThat(run.err()).contains("bad:1: line is 3 columns").doesNotContain("searching");
  }

  @Test
  void aHitThatIsTheQueryItselfMayBeLeftOut() throws IOException {
    Files.writeString(queries, "bee\tinsects birds\n");
    Files.writeString(qrels, "bee 0 owl 1\n");
    assertThat(json(eval("--k", 1)).get("MRR@10").doubleValue()).isLessThan(1);
    JsonNode without = json(eval("--k", 1, "--exclude-self"));
    assertThat(without.get("MRR@10").doubleValue()).isEqualTo(1);
  }

  @Test
  void aQueryThatCannotBeAnsweredIsNamedAndCounts() throws IOException {
    try (FakeRemoteEncoder encoder = FakeRemoteEncoder.start().refusing("kite")) {
      Path model = encoder.writeHttp(folder.resolve("tei"));
      index("{\"id\": \"bee\", \"text\": \"moth\"}\n", "--document-model", model);
      Files.writeString(queries, "q1\tmoth\nq2\tkite\n");
      CapturedRun run = eval();
      assertThat(run.err())
          .contains("not answered: query 'q2' at " + queries + ":2: ", "status 413")
          .contains("1 queries could not be answered")
          .doesNotContain("\tat ");
      assertThat(json(run).get("nDCG@10").doubleValue()).isEqualTo(0.5);
      assertThat(json(run).get("failed_queries").intValue()).isEqualTo(1);
      Files.writeString(queries, "q1\tkite\nq2\tkite\n");
      CapturedRun none = eval();
      assertThat(none.status()).isEqualTo(ExitStatus.FAILURE);
      assertThat(none.err()).contains("siskin eval: ", "status 413");
    }
  }

  private static List<String> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(Path::toString).toList();
    }
  }
}
