package io.siskin.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs the commands as a person would, against a server in this process. */
final class LoadTest {
  @TempDir Path folder;

  /** What a command left behind. */
  private record Ran(int status, String out, String err) {}

  private static Ran run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        Load.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
    int status = line.execute(arguments);
    return new Ran(status, out.toString(), err.toString());
  }

  private Path result(StandInServer server, String name, String... more) throws IOException {
    Files.writeString(folder.resolve("queries.tsv"), "1\ta\n2\trefuse me\n3\tb\n");
    Files.writeString(
        folder.resolve("documents.jsonl"), "{\"id\": \"one\", \"text\": \"a <b>text</b>\"}\n");
    Files.writeString(
        folder.resolve("scenario.yaml"),
        """
        version: 1
        arrivals: fixed
        warm_up_seconds: 0.2
        deadline_millis: 60000
        load:
          - {rate: 60, seconds: 1}
          - {from: 60, to: 120, seconds: 1}
        operations:
          - {name: <reads>, kind: search, collection: books, queries: queries.tsv, stream: true}
          - {name: writes, kind: upsert, per_second: 20, collection: books, documents: documents.jsonl}
        """);
    List<String> words = new ArrayList<>(List.of("run", "--target", server.target()));
    words.addAll(List.of("--scenario", folder.resolve("scenario.yaml").toString()));
    words.addAll(List.of("--metrics", server.metrics().toString()));
    words.addAll(List.of("--out", folder.resolve(name).toString()));
    words.addAll(List.of(more));
    Ran ran = run(words.toArray(String[]::new));
    // On a busy machine the generator may say that it was late, which is status 1.
    assertThat(ran.status()).as(ran.err()).isIn(0, 1);
    assertThat(ran.out()).contains("<reads>", "RESOURCE_EXHAUSTED");
    return folder.resolve(name + ".json");
  }

  @Test
  void aLoadIsSentAndReportedAndCompared() throws Exception {
    try (StandInServer server = new StandInServer(0, 0)) {
      Path first = result(server, "first");
      JsonNode json = ResultJson.read(first);
      assertThat(json.path("steps").get(2).path("step").asText()).isEqualTo("60..120/s");
      JsonNode all = json.path("steps").get(4);
      assertThat(all.path("step").asText()).isEqualTo("all");
      assertThat(all.path("operation").asText()).isEqualTo("<reads>");
      assertThat(all.path("asked").asInt()).isEqualTo(150);
      assertThat(all.path("statuses").path("OK").asInt()).isEqualTo(100);
      assertThat(all.path("statuses").path("RESOURCE_EXHAUSTED").asInt()).isEqualTo(50);
      assertThat(all.path("server_millis").path("p50").asDouble()).isBetween(1.234, 1.236);
      assertThat(json.path("server").path("samples").get(0).path("resident_memory").asInt())
          .isEqualTo(100);
      Path second = result(server, "second", "--quiet", "--rate", "30", "--seconds", "1");
      assertThat(second).exists();
      Ran compared = run("compare", first.toString(), first.toString());
      assertThat(compared.status()).as(compared.err()).isZero();
      assertThat(compared.out()).contains("p99 ms", "1.000").doesNotContain("Not the same");
      compared = run("compare", first.toString(), second.toString());
      assertThat(compared.out()).contains("Only in the first: 60/s <reads>");
    }
  }

  @Test
  void thePageHasEveryNumberOfTheResultsAndNeedsNothingElse() throws Exception {
    try (StandInServer server = new StandInServer(0, 0)) {
      JsonNode json = ResultJson.read(result(server, "result"));
      String page = Files.readString(folder.resolve("result.html"));
      List<String> missing = new ArrayList<>();
      int[] count = {0};
      eachNumber(
          json,
          number -> {
            count[0]++;
            Pattern whole =
                Pattern.compile("(?<![\\d.])" + Pattern.quote(number) + "(?![\\d.]*\\d)");
            if (!whole.matcher(page).find()) {
              missing.add(number);
            }
          });
      assertThat(missing).isEmpty();
      assertThat(count[0]).isGreaterThan(200);
      assertThat(page)
          .contains("default-src 'none'", "prefers-color-scheme: dark", "&lt;reads&gt;: latency")
          .doesNotContain("<reads>", "<script", "src=", "href=", "url(", "@import");
      Path again = folder.resolve("again.html");
      Ran report = run("report", folder.resolve("result.json").toString(), again.toString());
      assertThat(report.status()).as(report.err()).isZero();
      assertThat(again).hasContent(page);
    }
  }

  private static void eachNumber(JsonNode node, java.util.function.Consumer<String> numbers) {
    if (node.isNumber()) {
      numbers.accept(node.asText());
    }
    node.forEach(one -> eachNumber(one, numbers));
  }

  @Test
  void wrongCommandsAreNamedWithWhatIsAllowed() throws IOException {
    assertThat(run()).isEqualTo(new Ran(2, "", run().err()));
    assertThat(run().err()).contains("no command; allowed: run, compare, report, ghz-data");
    assertThat(run("run", "--rate", "5").err())
        .contains("--scenario is missing; allowed: a scenario, or --collection and --queries");
    Path queries = folder.resolve("q.tsv");
    Files.writeString(queries, "1\ta\n");
    String[] search = {"run", "--collection", "c", "--queries", queries.toString()};
    assertThat(run(with(search, "--rate", "5", "--steps", "5")).err())
        .contains("--rate, --ramp and --steps is given together; allowed: one of them");
    assertThat(run(with(search, "--deadline-millis", "0", "--rate", "1")).err())
        .contains("deadline_millis is 0; allowed: 1 to 600000");
    assertThat(run(with(search, "--scenario", "x.yaml", "--rate", "1")).err())
        .contains("--scenario is given with --collection and --queries; allowed: one of the two");
    assertThat(run(search).err()).contains("load is missing; allowed: ");
    Ran ran = run(with(search, "--arrivals", "often", "--rate", "1"));
    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).contains("often; allowed: fixed, poisson");
    ran = run(with(search, "--metrics", "http://localhost:1/metrics", "--rate", "1"));
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.err()).contains("no metrics at http://localhost:1/metrics");
    Files.writeString(folder.resolve("x.json"), "{}");
    assertThat(run("report", folder.resolve("x.json").toString(), "y.html").err())
        .contains("x.json: format is ; allowed: 1");
  }

  private static String[] with(String[] words, String... more) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void aServerThatIsNotThereIsNoLoadThatWentWell() throws IOException {
    Path queries = folder.resolve("q.tsv");
    Files.writeString(queries, "1\ta\n");
    Ran ran =
        run(
            "run",
            "--quiet",
            "--target",
            "localhost:1",
            "--collection",
            "c",
            "--queries",
            queries.toString(),
            "--rate",
            "20",
            "--seconds",
            "0.5",
            "--warm-up-seconds",
            "0");
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.out()).contains("UNAVAILABLE");
  }

  @Test
  void searchesAreWrittenForGhz() throws IOException {
    Path queries = folder.resolve("q.jsonl");
    Files.writeString(queries, "{\"id\": \"1\", \"vector\": {\"4294967295\": 2.5, \"3\": 0.1}}\n");
    Path file = folder.resolve("ghz.json");
    Ran ran =
        run(
            "ghz-data",
            "--collection",
            "c",
            "--queries",
            queries.toString(),
            "--recall-target",
            "1",
            "--count",
            "2",
            file.toString());
    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(Files.readString(file))
        .isEqualTo(
            """
            [
            {"collection":"c","vector":{"term_ids":[3,4294967295],"weights":[0.1,2.5]},"k":10,"recall_target":1.0},
            {"collection":"c","vector":{"term_ids":[3,4294967295],"weights":[0.1,2.5]},"k":10,"recall_target":1.0}
            ]
            """);
  }
}
