package io.siskin.server.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.server.app.CapturedRun;
import io.siskin.server.app.process.ExitStatus;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code index} and {@code inspect}, which need no server. */
class IndexCommandTest {
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
                "{\"id\":\"1\",\"title\":\"Bees\",\"text\":\"an entomologist studies insects\"}",
                "{\"id\":\"2\",\"text\":\"an ornithologist studies birds\"}",
                "{\"id\":\"3\",\"text\":\"\"}"));
  }

  @ParameterizedTest
  @CsvSource({
    "base.csr, base",
    "corpus.jsonl.gz, corpus",
    "a/b.c/x.v2.CIFF.zst, x.v2",
    "plain, plain",
    "queries.dev.csr.gz, queries.dev",
    "notes.txt, notes.txt"
  })
  void theDefaultNameIsTheFilesWithoutItsExtensions(Path input, String name) {
    assertThat(IndexCommand.defaultName(input)).isEqualTo(name);
  }

  @Test
  void theLastLineIsOneObject() throws IOException {
    CapturedRun run = CapturedRun.of("index", "-i", corpus, "-o", data, "--json");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(run.lastLine());
    assertThat(json.get("collection").asText()).isEqualTo("bugs");
    assertThat(json.get("generation").intValue()).isEqualTo(1);
    assertThat(json.get("encoder").asText()).isEqualTo("bm25");
    assertThat(json.get("documents").intValue()).isEqualTo(3);
    assertThat(json.get("empty_documents").intValue()).isEqualTo(1);
    assertThat(json.get("skipped").intValue()).isZero();
    // bee entomologist studi insect; ornithologist studi bird: "an" is a stop word.
    assertThat(json.get("postings").intValue()).isEqualTo(7);
    assertThat(json.get("terms").intValue()).isEqualTo(6);
    assertThat(json.get("bytes").longValue())
        .isEqualTo(sizeOf(data))
        .isEqualTo(sum(json.get("files")));
    assertThat(json.get("seconds").doubleValue()).isPositive();
    assertThat(
            json.get("peak_rss_bytes").isNull() || json.get("peak_rss_bytes").longValue() > 1 << 20)
        .isTrue();
  }

  @Test
  void stagesAreLinesOnStandardErrorAndTheSummaryIsOnStandardOutput() {
    CapturedRun run = CapturedRun.of("index", "-i", corpus, "-o", data, "-c", "other");
    assertThat(run.err()).contains("  reading: ", "  forward index: ");
    assertThat(run.out())
        .contains("indexed 3 documents into collection other, generation 1")
        .contains("1 document without a term, 0 bad records skipped");
  }

  @Test
  void aBadRecordIsNamedByFileLineAndFieldAndNothingIsLeft() throws IOException {
    Files.writeString(corpus, "{\"id\":\"1\",\"text\":\"a\"}\n{\"id\":7}\n");
    CapturedRun run = CapturedRun.of("index", "-i", corpus, "-o", data);
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("siskin index: ").contains("bugs.jsonl:2");
    assertThat(run.err()).doesNotContain("\tat ");
    assertThat(data.resolve("bugs")).doesNotExist();
  }

  @Test
  void aFailedJobLeavesWhatWasThere() throws IOException {
    CapturedRun.of("index", "-i", corpus, "-o", data);
    Files.writeString(corpus, "{\"id\":7}\n");
    assertThat(CapturedRun.of("index", "-i", corpus, "-o", data).status())
        .isEqualTo(ExitStatus.USAGE);
    assertThat(CapturedRun.of("inspect", "--data", data).out()).contains("3 documents");
  }

  @Test
  void aDuplicateIdNamesBothPlaces() throws IOException {
    Path second =
        Files.writeString(
            folder.resolve("more.jsonl"),
            "{\"id\":\"4\",\"text\":\"a\"}\n\n{\"id\":\"2\",\"text\":\"b\"}\n");
    CapturedRun run = CapturedRun.of("index", "-i", corpus, "-i", second, "-o", data);
    assertThat(run.err())
        .contains(second + ":3: id is '2', as at " + corpus + ":2; allowed: each id once");
  }

  @Test
  void denseVectorsOfFilesAreStored() throws IOException {
    Files.writeString(
        corpus,
        """
        {"id":"1","text":"a bee","dense":{"one":[3,4],"many":[[1,0,0],[0,1,0]]}}
        {"id":"2","text":"a bird","dense":{"one":null}}
        {"id":"3","text":"a moth"}
        """);
    CapturedRun run =
        CapturedRun.of(
            "index",
            "-i",
            corpus,
            "-o",
            data,
            "--dense-field",
            "one:2:f32:cosine",
            "--dense-field",
            "many:3:int8:dot:2");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(CapturedRun.of("inspect", "--data", data, "--verify").out()).contains("dense.dat");
    Files.writeString(corpus, "{\"id\":\"1\",\"text\":\"a\",\"dense\":{\"one\":[1]}}\n");
    assertThat(CapturedRun.of("index", "-i", corpus, "-o", data, "--dense-field", "one:2").err())
        .contains("bugs.jsonl:1", "dense.one.vectors[0].values", "2 dimensions");
    Files.writeString(corpus, "{\"id\":\"1\",\"text\":\"a\",\"dense\":{\"one\":[\"x\"]}}\n");
    assertThat(CapturedRun.of("index", "-i", corpus, "-o", data, "--dense-field", "one:1").err())
        .contains("bugs.jsonl:1", "dense.one");
    assertThat(CapturedRun.of("index", "-i", corpus, "-o", data, "--dense-field", "one").err())
        .contains("--dense-field", "embedding:384:int8:cosine");
  }

  @Test
  void skippedRecordsAreReportedAndCounted() throws IOException {
    Files.writeString(
        corpus, "{\"id\":\"1\",\"text\":\"a b\"}\nnonsense\n{\"id\":\"2\",\"text\":\"c\"}\n");
    CapturedRun run =
        CapturedRun.of("index", "-i", corpus, "-o", data, "--skip-bad", "1", "--json");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err().lines()).filteredOn(line -> line.contains("skipped: ")).hasSize(1);
    assertThat(run.err()).contains("bugs.jsonl:2");
    assertThat(new ObjectMapper().readTree(run.lastLine()).get("skipped").intValue()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "--threads 0, threads is 0; allowed: 1 to 1024",
    "--skip-bad -1, skip-bad is -1; allowed: 0 or more",
    "--collection ../up, collection is ../up; allowed",
    "--no-forward --no-block-max, allowed: at least one",
    "--no-forward, impact-ordered posting lists need the forward index",
    "--impact-postings-per-document 0, is 0.0; allowed: above 0",
    "--impact-weight-share 1.5, is 1.5; allowed: 0 to 1",
    "--impact-list-length-min 0, is 0; allowed: 1 or more",
    "--precision 12, --precision is 12; allowed: 8 or 16",
    "--no-forward --no-impacts --precision 16, residuals need the forward index",
    "--block-size 5, is 5; allowed: 4; 8 or 16",
    "--input missing.jsonl, --input is missing.jsonl; allowed: a file that exists"
  })
  void optionsOutOfRangeNameTheRange(String options, String message) {
    Stream<Object> words =
        Stream.concat(
            Stream.of("index", "-o", data, "-i", corpus), Stream.of((Object[]) options.split(" ")));
    CapturedRun run = CapturedRun.of(words.toArray());
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err().lines()).hasSize(1);
    // Commas separate the columns above.
    assertThat(run.err().replace("4, 8", "4; 8")).contains(message);
  }

  /** Impact-ordered lists are made unless left out, clustered ones if asked for. */
  @ParameterizedTest
  @CsvSource({
    "--threads 1, true, false",
    "--no-impacts, false, false",
    "--clusters, true, true",
    "--no-impacts --no-forward, false, false"
  })
  void structuresAreThoseOfTheOptions(String options, boolean impacts, boolean clusters)
      throws IOException {
    Stream<Object> words =
        Stream.concat(
            Stream.of("index", "-o", data, "-i", corpus, "--json"),
            Stream.of((Object[]) options.split(" ")));
    CapturedRun run = CapturedRun.of(words.toArray());
    assertThat(run.status()).as(run.err()).isZero();
    try (Stream<Path> files = Files.walk(data.resolve("bugs/segments"))) {
      List<String> names = files.map(file -> file.getFileName().toString()).toList();
      assertThat(names).contains("segment.meta");
      assertThat(names.contains("impacts.dat")).isEqualTo(impacts);
      assertThat(names.contains("clusters.dat")).isEqualTo(clusters);
    }
  }

  @Test
  void inspectTellsWhatIsThere() throws IOException {
    CapturedRun.of("index", "-i", corpus, "-o", data);
    CapturedRun text = CapturedRun.of("inspect", "--data", data, "--verify");
    assertThat(text.status()).as(text.err()).isZero();
    assertThat(text.out())
        .contains(
            "collection bugs, generation 1", "\"kind\":\"bm25\"", "3 documents", "forward.dat");
    assertThat(text.out()).contains("verified: every checksum is right and ");
    CapturedRun json = CapturedRun.of("inspect", "--data", data, "-c", "bugs", "--json");
    JsonNode object = new ObjectMapper().readTree(json.lastLine());
    assertThat(object.get("bytes").longValue()).isEqualTo(sum(object.get("files")));
    assertThat(object.get("postings").intValue()).isEqualTo(7);
    Path segment = data.resolve("bugs/segments").resolve(object.get("segment").asText());
    assertThat(CapturedRun.of("inspect", "--data", segment).out()).contains("3 documents");
  }

  @Test
  void sixteenBitsAddResidualsWhereEightAreNotExact() throws IOException {
    Files.writeString(corpus, "{\"id\":\"1\",\"vector\":{\"a\":1.5,\"b\":0.71}}\n");
    CapturedRun run = CapturedRun.of("index", "-i", corpus, "-o", data, "--precision", "16");
    assertThat(run.out()).doesNotContain("no residuals.dat");
    CapturedRun text = CapturedRun.of("inspect", "--data", data, "--verify");
    assertThat(text.out()).contains("  residuals.dat ", "verified: ");
    Files.writeString(corpus, "{\"id\":\"1\",\"vector\":{\"a\":3,\"b\":7}}\n");
    run = CapturedRun.of("index", "-i", corpus, "-o", data, "--precision", "16");
    assertThat(run.out()).contains("no residuals.dat: 8 bits hold every weight exactly");
    assertThat(CapturedRun.of("inspect", "--data", data).out()).doesNotContain("residuals.dat ");
  }

  @Test
  void inspectFindsAFlippedBit() throws IOException {
    CapturedRun.of("index", "-i", corpus, "-o", data);
    Path forward =
        filesIn(data).stream()
            .filter(file -> file.endsWith("forward.dat"))
            .findFirst()
            .orElseThrow();
    try (RandomAccessFile file = new RandomAccessFile(forward.toFile(), "rw")) {
      file.seek(file.length() / 2);
      int old = file.read();
      file.seek(file.length() / 2);
      file.write(old ^ 1);
    }
    CapturedRun run = CapturedRun.of("inspect", "--data", data, "--verify");
    assertThat(run.status()).isEqualTo(ExitStatus.FAILURE);
    assertThat(run.err()).contains("forward.dat", "corrupt at byte");
  }

  @Test
  void inspectOfWhatIsNotThereNamesWhatIs() {
    CapturedRun.of("index", "-i", corpus, "-o", data);
    CapturedRun run = CapturedRun.of("inspect", "--data", data, "-c", "nope");
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("--collection is nope", "bugs");
  }

  private static long sum(JsonNode files) {
    long sum = 0;
    for (JsonNode length : files) {
      sum += length.longValue();
    }
    return sum;
  }

  private static long sizeOf(Path data) throws IOException {
    long sum = 0;
    for (Path file : filesIn(data)) {
      String name = file.getFileName().toString();
      sum += name.endsWith(".dat") || name.endsWith(".meta") ? Files.size(file) : 0;
    }
    return sum;
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
