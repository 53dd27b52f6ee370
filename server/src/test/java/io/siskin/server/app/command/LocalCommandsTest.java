package io.siskin.server.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.server.app.CapturedRun;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.collection.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that read a data directory without a server: bench, eval, inspect, calibrate. */
final class LocalCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DOCUMENTS = 60;

  @TempDir private static Path folder;
  private static Path data;
  private static Path queries;
  private static Path qrels;

  @BeforeAll
  static void index() throws IOException {
    data = folder.resolve("data");
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < DOCUMENTS; i++) {
      documents.add("{\"id\":\"d" + i + "\",\"text\":\"word" + i + " even" + i % 2 + " common\"}");
    }
    Path corpus = Files.write(folder.resolve("words.jsonl"), documents);
    queries =
        Files.write(
            folder.resolve("queries.jsonl"),
            List.of(
                "{\"id\":\"q1\",\"text\":\"word7\"}", "{\"id\":\"q2\",\"text\":\"word9 common\"}"));
    qrels = Files.write(folder.resolve("qrels.tsv"), List.of("q1 0 d7 1", "q2 0 d9 1"));
    CapturedRun run = CapturedRun.of("index", "-i", corpus, "-o", data);
    assertThat(run.status()).as(run.err()).isZero();
  }

  @Test
  void evalFindsWhatTheJudgmentsName() throws IOException {
    CapturedRun run =
        CapturedRun.of(
            "eval", "-d", data, "-c", "words", "-q", queries, "--qrels", qrels, "--json");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode metrics = JSON.readTree(run.lastLine());
    assertThat(metrics.toString()).contains("1.0");
  }

  @Test
  void benchMeasuresRecallAndTimeOfTheExactMode() throws IOException {
    Path out = folder.resolve("bench.jsonl");
    CapturedRun run =
        CapturedRun.of(
            "bench", "-d", data, "-c", "words", "-q", queries, "-k", "5", "--mode", "exact",
            "--json", out);
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode row = JSON.readTree(Files.readAllLines(out).getFirst());
    assertThat(row.toString()).contains("recall");
    assertThat(run.out()).contains("exact");
  }

  @Test
  void inspectVerifiesEveryFact() throws IOException {
    CapturedRun run = CapturedRun.of("inspect", "-d", data, "-c", "words", "--verify", "--json");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode segment = JSON.readTree(run.lastLine());
    assertThat(segment.get("documents").intValue()).isEqualTo(DOCUMENTS);
    assertThat(segment.get("findings").intValue()).isZero();
    assertThat(segment.get("facts_verified").intValue()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bench -q QUERIES",
        "eval -q QUERIES --qrels QRELS",
        "inspect",
        "calibrate",
        "encode word"
      })
  void anUnknownCollectionIsAWrongCommandThatNamesTheKnownOnes(String command) {
    List<Object> words = new ArrayList<>();
    for (String word : command.split(" ")) {
      words.add(word.equals("QUERIES") ? queries : word.equals("QRELS") ? qrels : word);
    }
    words.addAll(1, List.of("-d", data, "-c", "wrods"));
    CapturedRun run = CapturedRun.of(words.toArray());
    assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("wrods", "words").doesNotContain("internal error");
  }

  /** It may succeed when it is tried again: not a wrong command. */
  @Test
  void aCollectionThatIsBeingWrittenIsAFailureThatMayPass() throws IOException {
    try (DataDirectory.Writer _ = new DataDirectory(data).openForWriting("words")) {
      CapturedRun run = CapturedRun.of("index", "-i", folder.resolve("words.jsonl"), "-o", data);
      assertThat(run.status()).isEqualTo(ExitStatus.FAILURE);
      assertThat(run.err()).contains("another process is writing", "try again later");
    }
  }

  @Test
  void aDefaultNameThatCannotBeOneSuggestsTheOption() throws IOException {
    Path odd = Files.copy(folder.resolve("words.jsonl"), folder.resolve("my words.jsonl"));
    CapturedRun run = CapturedRun.of("index", "-i", odd, "-o", folder.resolve("other"));
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("my words", "--collection");
  }
}
