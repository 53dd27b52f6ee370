package io.siskin.server.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.server.app.CapturedRun;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.serving.SearchServer;
import io.siskin.server.app.serving.ServerParts;
import io.siskin.server.app.serving.ServerSecurity;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.config.ServerConfig;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.testing.TinyCrossEncoder;
import io.siskin.server.testing.TinyTrees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code features}, {@code tune}, and {@code eval} with a model of trees, on a few documents. */
final class RankingCommandsTest {
  private static final String LINES =
      """
      {"id": "bee", "text": "bee bee insects"}
      {"id": "a,b", "text": "bee owl"}
      {"id": "owl", "text": "owl owl birds"}
      {"id": "cat", "text": "cat and bee and owl and a long tail of other words"}
      """;

  @TempDir private Path folder;
  private Path data;
  private Path queries;
  private Path qrels;

  @BeforeEach
  void write() throws IOException {
    data = folder.resolve("data");
    queries =
        Files.writeString(
            folder.resolve("q.tsv"), "q1\tbee\nq2\towl\nq3\tnothing judged\nq4\tcat\n");
    qrels =
        Files.writeString(
            folder.resolve("qrels"), "q1 0 bee 2\nq2 0 owl 1\nq2 0 cat -1\nq4 0 cat 1\n");
    Path corpus = Files.writeString(folder.resolve("bugs.jsonl"), LINES);
    CapturedRun run = CapturedRun.of("index", "-i", corpus, "-o", data);
    assertThat(run.status()).as(run.err()).isZero();
  }

  private CapturedRun run(String command, Object... options) {
    List<Object> words = new ArrayList<>(List.of(command, "-d", data, "-c", "bugs"));
    words.addAll(List.of("-q", queries, "--qrels", qrels));
    words.addAll(List.of(options));
    return CapturedRun.of(words.toArray());
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private Path leaf() throws IOException {
    return file("leaf.json", "{\"limit\": 10, \"sparse\": {}}");
  }

  private static void succeeded(CapturedRun run) {
    assertThat(run.status()).as(run.err()).isZero();
  }

  @Test
  void featuresOfJudgedQueriesAreWrittenInBothForms() throws IOException {
    Path yaml =
        file(
            "ranker.yaml",
            """
            version: 1
            kind: trees
            features:
              - {name: "terms, in all", formula: document_terms()}
              - {name: rank, formula: rank()}
              - {name: odd, formula: "ln(2 - rank())", undefined: -9.5}
            """);
    Path csv = folder.resolve("out.csv");
    Path ranks = folder.resolve("out.txt");
    CapturedRun run =
        run("features", "--pipeline", leaf(), "--features", yaml, "--csv", csv, "--svmrank", ranks);
    succeeded(run);
    assertThat(run.lastLine())
        .isEqualTo("7 documents of 3 queries, 3 of them relevant, with 3 features");
    assertThat(Files.readAllLines(csv))
        .startsWith(
            "query,document,grade,\"terms, in all\",rank,odd",
            "q1,bee,2,2.0,1.0,0.0",
            "q1,\"a,b\",0,2.0,2.0,-9.5")
        .hasSize(8);
    assertThat(Files.readAllLines(ranks))
        .startsWith("2 qid:1 1:2.0 2:1.0 3:0.0 # bee", "0 qid:1 1:2.0 2:2.0 3:-9.5 # a,b")
        .anyMatch(line -> line.startsWith("0 qid:2 ") && line.endsWith(" # cat"))
        .anyMatch(line -> line.startsWith("1 qid:3 ") && line.endsWith(" # cat"))
        .hasSize(7);
  }

  @Test
  void aStageOfTreesIsMeasuredAndItsFeaturesAreWritten() throws IOException {
    Path model =
        new TinyTrees(new Random(3), 2, 3, 2)
            .write(folder.resolve("garden"), "contribution_sum()", "score('asked', 0)");
    Path tree =
        file(
            "tree.json",
            """
            {"limit": 10, "rescore": {
              "input": {"name": "asked", "limit": 10, "sparse": {}},
              "trees": {"model": "garden", "reach": {"ranks": 2}}}}
            """);
    CapturedRun measured = run("eval", "--json", "--pipeline", tree, "--model", model);
    succeeded(measured);
    JsonNode figures = new ObjectMapper().readTree(measured.lastLine());
    assertThat(figures.get("Recall@100").doubleValue()).isEqualTo(1);
    Path csv = folder.resolve("out.csv");
    succeeded(run("features", "--pipeline", tree, "--model", model, "--csv", csv));
    for (String line : Files.readAllLines(csv).subList(1, 8)) {
      String[] cells = line.replace("\"a,b\"", "x").split(",");
      // The score of a sparse search is the sum of all contributions, each rounded to a single.
      double score = Double.parseDouble(cells[4]);
      assertThat(Double.parseDouble(cells[3])).isBetween(score * 0.999, score * 1.001);
    }
    CapturedRun missing = run("eval", "--pipeline", tree);
    assertThat(missing.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(missing.err()).contains("node.rescore.trees.model is 'garden'", "no ranking models");
    CapturedRun remote =
        CapturedRun.of(
            "eval",
            "-t",
            "localhost:1",
            "-c",
            "bugs",
            "-q",
            queries,
            "--qrels",
            qrels,
            "--model",
            model);
    assertThat(remote.err()).contains("models of the server only");
  }

  /** Indexes documents with a dense field that has no encoder. */
  private void indexDense() throws IOException {
    Path corpus =
        file(
            "dense.jsonl",
            """
            {"id": "bee", "text": "bee", "dense": {"v": [1, 0]}}
            {"id": "a,b", "text": "bee owl", "dense": {"v": [0.6, 0.7]}}
            {"id": "owl", "text": "owl", "dense": {"v": [0, 1]}}
            {"id": "cat", "text": "cat", "dense": {"v": [-1, -1]}}
            """);
    CapturedRun run =
        CapturedRun.of(
            "index", "-i", corpus, "-o", data, "-c", "dense", "--dense-field", "v:2:f32:dot");
    succeeded(run);
  }

  private CapturedRun ofDense(String command, Object... options) {
    List<Object> words = new ArrayList<>(List.of(command, "-d", data, "-c", "dense"));
    words.addAll(List.of("--qrels", qrels));
    words.addAll(List.of(options));
    return CapturedRun.of(words.toArray());
  }

  @Test
  void judgedQueriesHaveDenseVectorsInTheirRecordsOrInAFile() throws IOException {
    indexDense();
    Path tree =
        file(
            "both.json",
            """
            {"limit": 3, "fuse": {
              "inputs": [{"node": {"limit": 4, "sparse": {}}},
                         {"node": {"name": "meant", "limit": 4, "dense": {"field": "v"}}}],
              "linear": {"normalization": "SCORE_NORMALIZATION_MIN_MAX", "missingScore": 0}}}
            """);
    Path byRecord =
        file(
            "dense-q.jsonl",
            """
            {"id": "q1", "text": "bee", "dense": {"v": [1, 0.1]}}
            {"id": "q2", "text": "owl", "dense": {"v": [[0, 1]]}}
            {"id": "q3", "text": "nothing judged", "dense": {"v": [1, 1]}}
            {"id": "q4", "text": "cat", "dense": {"v": [-1, -1]}}
            """);
    Path rows = npy("q.npy", new float[][] {{1, 0.1f}, {0, 1}, {1, 1}, {-1, -1}});
    List<List<Object>> forms =
        List.of(List.of("-q", byRecord), List.of("-q", queries, "--dense-queries", "v=" + rows));
    List<String> outputs = new ArrayList<>();
    for (List<Object> form : forms) {
      Path csv = folder.resolve("dense.csv");
      List<Object> options = new ArrayList<>(form);
      options.addAll(List.of("--pipeline", tree));
      CapturedRun eval = ofDense("eval", append(options, "--json"));
      succeeded(eval);
      JsonNode figures = new ObjectMapper().readTree(eval.lastLine());
      assertThat(figures.get("nDCG@10").doubleValue()).isEqualTo(1);
      CapturedRun tuned = ofDense("tune", append(options, "--folds", "3"));
      succeeded(tuned);
      assertThat(tuned.out()).contains("all folds");
      Path yaml =
          file(
              "dense.yaml",
              "version: 1\nkind: trees\nfeatures: [{formula: \"score('meant', -9)\"}]\n");
      succeeded(ofDense("features", append(options, "--features", yaml, "--csv", csv)));
      outputs.add(Files.readString(csv));
    }
    assertThat(outputs.get(0)).contains("q1,bee,2,1.0\n").isEqualTo(outputs.get(1));
  }

  private static Object[] append(List<Object> options, Object... more) {
    List<Object> all = new ArrayList<>(options);
    all.addAll(List.of(more));
    return all.toArray();
  }

  private Path npy(String name, float[][] rows) throws IOException {
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }\n"
            .formatted(rows.length, rows[0].length);
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + rows.length * rows[0].length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.ISO_8859_1));
    bytes.put((byte) 1).put((byte) 0).putShort((short) header.length());
    bytes.put(header.getBytes(StandardCharsets.ISO_8859_1));
    for (float[] row : rows) {
      for (float value : row) {
        bytes.putFloat(value);
      }
    }
    return Files.write(folder.resolve(name), bytes.array());
  }

  @Test
  void wrongDenseVectorsOfQueriesAreRefused() throws IOException {
    indexDense();
    Path tree = file("dense.json", "{\"limit\": 3, \"dense\": {\"field\": \"v\"}}");
    Path two = npy("two.npy", new float[][] {{1, 0}, {0, 1}});
    String option = "v=" + two;
    assertThat(ofDense("eval", "-q", queries, "--pipeline", tree, "--dense-queries", option).err())
        .contains("--dense-queries v is", "two.npy with 2 rows", "4 rows, one for each query");
    assertThat(ofDense("eval", "-q", queries, "--dense-queries", option).err())
        .contains("set without --pipeline");
    Path short1 = npy("short.npy", new float[][] {{1}, {1}, {1}, {1}});
    assertThat(
            ofDense("tune", "-q", queries, "--pipeline", tree, "--dense-queries", "v=" + short1)
                .err())
        .contains("without a number to tune");
    assertThat(
            ofDense("eval", "-q", queries, "--pipeline", tree, "--dense-queries", "v=" + short1)
                .err())
        .contains("dense[\"v\"].vectors[0].values is 1 numbers", "2 numbers");
    Path both =
        file("one.jsonl", "{\"id\": \"q1\", \"text\": \"x\", \"dense\": {\"v\": [1, 0]}}\n");
    Path one = npy("one.npy", new float[][] {{1, 0}});
    assertThat(ofDense("eval", "-q", both, "--pipeline", tree, "--dense-queries", "v=" + one).err())
        .contains("one.jsonl:1", "set beside --dense-queries");
    Path wrong =
        file("wrong.jsonl", "{\"id\": \"q1\", \"text\": \"x\", \"dense\": {\"v\": \"x\"}}\n");
    assertThat(ofDense("eval", "-q", wrong, "--pipeline", tree).err())
        .contains("wrong.jsonl:1", "dense.v is");
    CapturedRun alone = ofDense("eval", "-q", queries, "--pipeline", tree);
    assertThat(alone.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(alone.err()).contains("node.dense.vector is not set", "here or in the request");
  }

  @Test
  void wrongOptionsOfFeaturesAreRefused() throws IOException {
    assertThat(run("features", "--pipeline", leaf()).err()).contains("at least one of them");
    Path csv = folder.resolve("out.csv");
    assertThat(run("features", "--csv", csv).err()).contains("--pipeline is missing");
    assertThat(run("features", "--pipeline", leaf(), "--csv", csv).err())
        .contains("a tree whose root has no features");
    Path yaml = file("ranker.yaml", "version: 1\nkind: trees\nfeatures: [{formula: \"ln(0)\"}]\n");
    CapturedRun undefined = run("features", "--pipeline", leaf(), "--features", yaml, "--csv", csv);
    assertThat(undefined.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(undefined.err()).contains("features[0] is -Infinity", "rank 1", "ln(0)");
    Path unknown =
        file("other.yaml", "version: 1\nkind: trees\nfeatures: [{formula: \"dense('f', 0)\"}]\n");
    assertThat(run("features", "--pipeline", leaf(), "--features", unknown, "--csv", csv).err())
        .contains("dense score in 'f'", "a stage below looks for something");
    assertThat(csv).doesNotExist();
  }

  @Test
  void weightsAreTunedAndTheTreeIsWritten() throws IOException {
    Path tree =
        file(
            "tree.json",
            """
            {"limit": 10, "fuse": {
              "inputs": [
                {"node": {"name": "asked", "limit": 10, "sparse": {}}},
                {"node": {"name": "wrong", "limit": 10, "sparse": {"text": "tail"}}, "weight": 9}],
              "reciprocalRank": {}}}
            """);
    Path out = folder.resolve("tuned.json");
    CapturedRun run = run("tune", "--pipeline", tree, "--folds", "2", "--out", out);
    succeeded(run);
    assertThat(run.out())
        .contains("fold 2 of 2", "nDCG@10", "node.fuse.inputs[1].weight: 0")
        .containsPattern("what it was chosen on +3 +0\\.[0-9]+ +1\\.00000")
        .contains("settings were measured on 3 queries");
    JsonNode tuned = new ObjectMapper().readTree(out.toFile());
    assertThat(tuned.at("/fuse/inputs/1/weight").doubleValue()).isZero();
    CapturedRun again = run("tune", "--pipeline", tree, "--folds", "2");
    assertThat(again.out().lines().limit(8).toList())
        .isEqualTo(run.out().lines().limit(8).toList());
    CapturedRun measured = run("eval", "--json", "--pipeline", out);
    succeeded(measured);
    assertThat(new ObjectMapper().readTree(measured.lastLine()).get("nDCG@10").doubleValue())
        .isEqualTo(1);
  }

  @Test
  void wrongOptionsOfTuneAreRefused() throws IOException {
    assertThat(run("tune", "--pipeline", leaf()).err()).contains("a tree without a number to tune");
    assertThat(run("tune", "--pipeline", leaf(), "--metric", "map").err())
        .contains("--metric is map");
    assertThat(run("tune", "--pipeline", leaf(), "--folds", "1").err()).contains("--folds is 1");
    Path tree =
        file(
            "tree.json",
            """
            {"limit": 10, "fuse": {"inputs": [
              {"node": {"name": "a", "limit": 10, "sparse": {}}},
              {"node": {"name": "b", "limit": 10, "sparse": {}}}], "reciprocalRank": {}}}
            """);
    assertThat(run("tune", "--pipeline", tree, "--folds", "4").err())
        .contains("at most the number of judged queries, 3");
  }

  @Test
  void aSearchTakesDenseVectorsWithAndWithoutAText() throws Exception {
    indexDense();
    Path tree = file("dense.json", "{\"limit\": 3, \"dense\": {\"field\": \"v\"}}");
    Path rows = npy("one.npy", new float[][] {{0, 2}});
    ServerConfig config =
        ServerConfig.of(Map.of("data.dir", data.toString(), "grpc.port", "0", "http.port", "0"));
    BatchedModels models =
        new BatchedModels(TextModels.NONE, BatchingOptions.DEFAULTS, new EncodingCache(0));
    try (ServerSecurity security = ServerSecurity.open(config);
        SearchServer server =
            SearchServer.listen(
                new DataDirectory(data),
                ServerParts.options(config),
                models,
                ServerParts.rankers(config),
                security)) {
      server.open();
      List<Object> search = List.of("search", "-t", server.address(), "-c", "dense", "--json");
      for (List<Object> query : List.of(List.<Object>of(), List.<Object>of("bee"))) {
        for (String vector : List.of("v=[0,2]", "v=[[0, 2]]", "v=" + rows)) {
          List<Object> words = new ArrayList<>(search);
          words.addAll(List.of("--pipeline", tree, "--dense-vector", vector));
          words.addAll(query);
          CapturedRun run = CapturedRun.of(words.toArray());
          succeeded(run);
          JsonNode best = new ObjectMapper().readTree(run.lastLine()).get("hits").get(0);
          assertThat(best.get("id").asText()).isEqualTo("owl");
          assertThat(best.get("score").floatValue()).isEqualTo(2);
        }
      }
      assertThat(CapturedRun.of(append(search, "--dense-vector", "v=[1,2]", "x")).err())
          .contains("--dense-vector v is set without --pipeline");
      assertThat(CapturedRun.of(append(search)).err()).contains("a query is missing");
      assertThat(CapturedRun.of(append(search, "--pipeline", tree, "--dense-vector", "v={}")).err())
          .contains("--dense-vector v is {}");
      assertThat(
              CapturedRun.of(append(search, "--pipeline", tree, "--dense-vector", "v=no.npy"))
                  .err())
          .contains("--dense-vector v is no.npy", "a file that exists");
      assertThat(server.shutdown()).isTrue();
    }
  }

  /** A server opens a model by its option, and answers with scores and contexts of it. */
  @Test
  void aServerRanksByACrossEncoderAndPrunes() throws Exception {
    Path model =
        TinyCrossEncoder.write(
            folder.resolve("tiny"), "max_length: 64", "context: {output: needed}");
    ServerConfig config =
        ServerConfig.of(Map.of("data.dir", data.toString(), "grpc.port", "0", "http.port", "0"));
    BatchedModels models =
        new BatchedModels(TextModels.NONE, BatchingOptions.DEFAULTS, new EncodingCache(0));
    Path corpus =
        file(
            "moths.jsonl",
            """
            {"id": "m", "text": "a moth wing. bird bird insect. a query : moth"}
            {"id": "n", "text": "moth moth moth"}
            """);
    assertThat(CapturedRun.of("index", "-i", corpus, "-o", data, "-c", "moths").status()).isZero();
    Path tree =
        file(
            "cross.json",
            """
            {"limit": 10, "rescore": {
              "input": {"limit": 10, "sparse": {}},
              "crossEncoder": {"model": "tiny", "fields": ["text"], "context": {"threshold": 0.5}}}}
            """);
    try (ServerSecurity security = ServerSecurity.open(config);
        SearchServer server =
            SearchServer.listen(
                new DataDirectory(data),
                ServerParts.options(config),
                models,
                ServerParts.rankers(config),
                security)) {
      server.openModel(model);
      server.open();
      CapturedRun run =
          CapturedRun.of(
              "search",
              "-t",
              server.address(),
              "-c",
              "moths",
              "--json",
              "--pipeline",
              tree,
              "moth");
      succeeded(run);
      JsonNode hits = new ObjectMapper().readTree(run.lastLine()).get("hits");
      assertThat(hits).hasSize(2);
      for (JsonNode hit : hits) {
        if (hit.get("id").asText().equals("n")) {
          assertThat(hit.get("score").floatValue())
              .isEqualTo(TinyCrossEncoder.score("moth", "moth moth moth", 32, 64));
        } else {
          for (JsonNode sentence : hit.get("context")) {
            assertThat("a moth wing. bird bird insect. a query : moth")
                .contains(sentence.get("text").asText());
            assertThat(sentence.get("score").doubleValue()).isGreaterThan(0.5);
          }
        }
      }
      assertThat(server.shutdown()).isTrue();
    }
  }
}
