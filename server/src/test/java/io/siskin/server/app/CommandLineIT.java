package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.client.Health;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.server.app.process.ExitStatus;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands in processes of their own, as a user and an operator meet them. */
class CommandLineIT {
  private static final int MANY_DOCUMENTS = 400_000;

  @TempDir private Path folder;
  private Path data;
  private Path corpus;

  @BeforeEach
  void write() throws IOException {
    data = folder.resolve("data");
    corpus =
        Files.write(
            folder.resolve("bugs.jsonl"),
            List.of(
                "{\"id\":\"bee\",\"title\":\"Bees\",\"text\":\"an entomologist studies insects\"}",
                "{\"id\":\"bird\",\"text\":\"an ornithologist studies birds\"}"));
  }

  @Test
  void indexServeSearchReplaceSearchStop() throws Exception {
    index(corpus);
    Path socket = Files.createTempDirectory("s").resolve("socket");
    try (SiskinProcess server =
        SiskinProcess.start(folder, "serve", "-d", data, "-p", 0, "--uds", socket)) {
      String address = server.awaitReady();
      assertThat(server.out())
          .matches(
              Pattern.quote("siskin ready: " + address + ", unix://" + socket)
                  + ", http://127\\.0\\.0\\.1:[0-9]+/, 1 collection\n");

      SiskinProcess text =
          SiskinProcess.run(
              folder,
              "search",
              "-t",
              address,
              "-c",
              "bugs",
              "who",
              "studies",
              "insects",
              "--explain");
      assertThat(text.awaitStatus()).as(text.err()).isZero();
      assertThat(text.out().lines().toList()).element(0).asString().matches(" +1 +[0-9.]+ bee");
      assertThat(text.out()).contains("Bees", "× ", "on the server");

      JsonNode vector = searchJson("unix://" + socket, "--vector", "{\"bird\":1.5,\"nothing\":1}");
      assertThat(vector.at("/hits/0/id").asText()).isEqualTo("bird");
      assertThat(vector.get("hits")).hasSize(1);
      assertThat(vector.get("unknown_terms").intValue()).isEqualTo(1);

      Files.writeString(corpus, "{\"id\":\"new\",\"text\":\"insects again\"}\n");
      index(corpus);
      awaitFirstHit(address, "new");

      server.signal("TERM");
      assertThat(server.awaitStatus()).as(server.err()).isEqualTo(ExitStatus.OK);
      assertThat(server.err()).doesNotContain("WARN", "ERROR", "Exception");
      assertThat(socket).doesNotExist();
    }
  }

  @Test
  void metricsAreShownWhereTheyWereAskedFor() throws Exception {
    index(corpus);
    try (SiskinProcess server =
            SiskinProcess.start(folder, "serve", "-d", data, "-p", 0, "--metrics-port", 0);
        HttpClient http = HttpClient.newHttpClient()) {
      String address = server.awaitReady();
      Matcher shown =
          server.await(Pattern.compile("(http://127\\.0\\.0\\.1:[0-9]+/metrics), 1 coll"));
      searchJson(address, "insects");
      HttpResponse<String> metrics =
          http.send(
              HttpRequest.newBuilder(URI.create(shown.group(1))).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(metrics.body())
          .contains("siskin_searches_total{collection=\"bugs\",mode=\"exact\"} 1.0\n")
          .contains("siskin_build_info{");
      String port = shown.group(1).replaceAll(".*:([0-9]+)/.*", "$1");
      SiskinProcess second =
          SiskinProcess.run(folder, "serve", "-d", other(), "-p", 0, "--metrics-port", port);
      assertThat(second.awaitStatus()).isEqualTo(ExitStatus.FAILURE);
      assertThat(second.err()).contains("--metrics-port with a free one");
      server.signal("TERM");
      assertThat(server.awaitStatus()).as(server.err()).isEqualTo(ExitStatus.OK);
      assertThat(server.err()).doesNotContain("WARN", "ERROR", "Exception");
    }
  }

  @Test
  void termIdsAreFoundByNumber() throws Exception {
    Files.writeString(corpus, "{\"id\":\"a\",\"vector\":{\"2341\":0.7,\"9\":0.1}}\n");
    index(corpus);
    try (SiskinProcess server = SiskinProcess.start(folder, "serve", "-d", data, "-p", 0)) {
      String address = server.awaitReady();
      assertThat(searchJson(address, "--vector", "{\"2341\":1}").at("/hits/0/id").asText())
          .isEqualTo("a");
      SiskinProcess byToken =
          SiskinProcess.run(folder, "search", "-t", address, "-c", "bugs", "--vector", "{\"x\":1}");
      assertThat(byToken.awaitStatus()).isEqualTo(ExitStatus.USAGE);
      assertThat(byToken.err()).contains("term ids");
      SiskinProcess text = SiskinProcess.run(folder, "search", "-t", address, "-c", "bugs", "x");
      assertThat(text.awaitStatus()).isEqualTo(ExitStatus.USAGE);
      assertThat(text.err().lines()).hasSize(1);
    }
  }

  @Test
  void anEmptyFolderIsServedAndCollectionsMayComeLater() throws Exception {
    Files.createDirectories(data);
    try (SiskinProcess server = SiskinProcess.start(folder, "serve", "-d", data, "-p", 0)) {
      String address = server.awaitReady();
      assertThat(server.out()).contains("0 collections", "is empty");
      try (SearchClient client = SearchClient.connect(address)) {
        assertThat(client.health()).isEqualTo(Health.SERVING);
      }
      index(corpus);
      awaitFirstHit(address, "bee");
      server.signal("INT");
      assertThat(server.awaitStatus()).isEqualTo(ExitStatus.OK);
    }
  }

  @Test
  void aDamagedCollectionKeepsTheServerFromStarting() throws Exception {
    index(corpus);
    Path forward;
    try (Stream<Path> all = Files.walk(data)) {
      forward = all.filter(file -> file.endsWith("forward.dat")).findFirst().orElseThrow();
    }
    try (RandomAccessFile file = new RandomAccessFile(forward.toFile(), "rw")) {
      file.setLength(file.length() - 1);
    }
    SiskinProcess server = SiskinProcess.run(folder, "serve", "-d", data, "-p", 0);
    assertThat(server.awaitStatus()).isEqualTo(ExitStatus.FAILURE);
    assertThat(server.out()).isEmpty();
    assertThat(server.err()).contains("siskin serve: ", "forward.dat", "corrupt at byte");
    assertThat(server.err()).doesNotContain("\tat ");
  }

  @Test
  void aFileAVariableAndAnOptionTogetherConfigureAServer() throws Exception {
    index(corpus);
    Path file =
        Files.writeString(
            folder.resolve("siskin.yaml"),
            """
            data:
              dir: %s
              warmup_millis: 0
            grpc:
              port: 0
            metrics:
              port: 0
            """
                .formatted(data));
    SiskinProcess check = SiskinProcess.run(folder, "config", "check", "--config", file);
    assertThat(check.awaitStatus()).as(check.err()).isEqualTo(ExitStatus.OK);
    assertThat(check.out()).startsWith("the configuration is right: 4 set");
    Path socket = folder.resolve("file.sock");
    try (SiskinProcess server =
        SiskinProcess.start(folder, "serve", "--config", file, "--uds", socket)) {
      server.awaitReady();
      assertThat(server.out()).contains("unix://" + socket, "/metrics", "1 collection");
      SiskinProcess second = SiskinProcess.run(folder, "serve", "--config", file);
      assertThat(second.awaitStatus()).isEqualTo(ExitStatus.FAILURE);
      assertThat(second.err())
          .contains(data + ": another server serves this data directory (process ")
          .doesNotContain("\tat ");
      server.signal("TERM");
      assertThat(server.awaitStatus()).as(server.err()).isEqualTo(ExitStatus.OK);
    }
    Files.writeString(file, "grpc:\n  prot: 1\n");
    SiskinProcess wrong = SiskinProcess.run(folder, "serve", "--config", file);
    assertThat(wrong.awaitStatus()).isEqualTo(ExitStatus.USAGE);
    assertThat(wrong.err())
        .contains("siskin.yaml:2: setting is 'grpc.prot'", "similar: grpc.port")
        .hasLineCount(1);
  }

  @Test
  void aTakenPortIsSaidSo() throws Exception {
    Files.createDirectories(data);
    try (SiskinProcess first = SiskinProcess.start(folder, "serve", "-d", data, "-p", 0)) {
      String port = first.awaitReady().split(":")[1];
      SiskinProcess second = SiskinProcess.run(folder, "serve", "-d", other(), "-p", port);
      assertThat(second.awaitStatus()).isEqualTo(ExitStatus.FAILURE);
      assertThat(second.err().lines()).hasSize(1);
      assertThat(second.err()).contains("port " + port + " of 127.0.0.1 is taken", "--port");
    }
  }

  @Test
  void whoeverSearchesWithoutAServerIsToldSo() throws Exception {
    SiskinProcess search =
        SiskinProcess.run(folder, "search", "-t", "127.0.0.1:1", "-c", "x", "word");
    assertThat(search.awaitStatus()).isEqualTo(ExitStatus.FAILURE);
    assertThat(search.err().lines()).hasSize(1);
    assertThat(search.err()).contains("UNAVAILABLE", "refused");
  }

  @Test
  void ctrlCWhileIndexingLeavesTheOldCollectionAndNothingElse() throws Exception {
    index(corpus);
    List<String> before = filesIn(data);
    try (BufferedWriter large = Files.newBufferedWriter(corpus)) {
      for (int i = 0; i < MANY_DOCUMENTS; i++) {
        large.write("{\"id\":\"" + i + "\",\"text\":\"document of number n" + i + " here\"}\n");
      }
    }
    try (SiskinProcess job = SiskinProcess.start(folder, "index", "-i", corpus, "-o", data)) {
      while (job.isAlive()
          && filesIn(data).stream().noneMatch(name -> name.contains(".building-"))) {
        Thread.sleep(5);
      }
      job.signal("INT");
      assertThat(job.awaitStatus()).as(job.err()).isEqualTo(130);
      assertThat(job.err()).contains("siskin index: stopped").doesNotContain("Exception");
    }
    assertThat(filesIn(data)).isEqualTo(before);
  }

  /** A data directory that nobody serves. */
  private Path other() throws IOException {
    return Files.createDirectories(folder.resolve("other"));
  }

  private void index(Path input) throws Exception {
    SiskinProcess job = SiskinProcess.run(folder, "index", "-i", input, "-o", data, "--json");
    assertThat(job.awaitStatus()).as(job.err()).isZero();
    assertThat(new ObjectMapper().readTree(job.out()).get("collection").asText()).isEqualTo("bugs");
  }

  private JsonNode searchJson(String address, String... query) throws Exception {
    Stream<Object> args =
        Stream.concat(
            Stream.of("search", "-t", address, "-c", "bugs", "--json"),
            Stream.of((Object[]) query));
    SiskinProcess search = SiskinProcess.run(folder, args.toArray());
    assertThat(search.awaitStatus()).as(search.err()).isZero();
    return new ObjectMapper().readTree(search.out());
  }

  /** Searches until the first hit is the one of the new generation. */
  private static void awaitFirstHit(String address, String expectedId) throws Exception {
    SearchRequest request =
        SearchRequest.text("bugs", "insects").withDeadline(Duration.ofSeconds(30));
    String found = "";
    try (SearchClient client = SearchClient.connect(address)) {
      for (int i = 0; i < 600 && !found.equals(expectedId); i++) {
        Thread.sleep(50);
        try {
          found = client.search(request).hits().getFirst().id();
        } catch (SearchException.NotFound notYet) {
          // Before the first generation there is no such collection.
        }
      }
    }
    assertThat(found).isEqualTo(expectedId);
  }

  private static List<String> filesIn(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.map(Path::toString).sorted().toList();
    } catch (java.io.UncheckedIOException goneMeanwhile) {
      return List.of();
    }
  }
}
