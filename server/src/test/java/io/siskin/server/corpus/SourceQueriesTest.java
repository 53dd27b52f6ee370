package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceQueriesTest {
  @TempDir Path directory;

  @Test
  void jsonLinesOfTextAndOfVectors() throws IOException {
    Path file =
        file(
            "q.jsonl",
            """
            {"_id": "a", "text": " b c ", "metadata": {}}

            {"id": 7, "vector": {"x": 2}}
            """);
    assertThat(SourceQueries.read(file))
        .containsExactly(
            new SourceQuery("a", "b c", null, Map.of("metadata", "{}"), file + ":1"),
            new SourceQuery("7", null, TokenVector.of(Map.of("x", 2f)), file + ":3"));
  }

  @Test
  void csr() throws IOException {
    byte[] csr = InputFiles.csr(2, 9, 1, new long[] {0, 0, 1}, new int[] {8}, new float[] {.5f});
    Path file = InputFiles.write(directory.resolve("q.csr.gz"), InputFiles.gzip(csr));
    assertThat(SourceQueries.read(file))
        .containsExactly(
            new SourceQuery("0", null, TermIdVector.EMPTY, file + "#0"),
            new SourceQuery(
                "1", null, TermIdVector.of(new int[] {8}, new float[] {.5f}), file + "#1"));
  }

  @Test
  void theKindOfKeysMayBeGivenAsForTheCollection() throws IOException {
    Path file =
        file("q.jsonl", "{\"id\":1,\"vector\":{\"2019\":2}}\n{\"id\":2,\"vector\":{\"word\":2}}\n");
    assertThatThrownBy(() -> SourceQueries.read(file))
        .hasMessageContaining(":2: vector key is 'word'");
    InputOptions tokens = InputOptions.DEFAULT.withTermKeys(TermKeys.TOKENS);
    assertThat(SourceQueries.read(file, tokens))
        .extracting(SourceQuery::vector)
        .containsExactly(TokenVector.of(Map.of("2019", 2f)), TokenVector.of(Map.of("word", 2f)));
  }

  @Test
  void tabSeparatedValues() throws IOException {
    Path file = file("q.tsv", "\uFEFF1\tone two \r\n\r\n2\t\r\n");
    List<SourceQuery> expected =
        List.of(
            new SourceQuery("1", "one two", null, file + ":1"),
            new SourceQuery("2", "", null, file + ":3"));
    assertThat(SourceQueries.read(file)).isEqualTo(expected);
    Path packed =
        InputFiles.write(
            directory.resolve("p.tsv.zst"),
            InputFiles.zstd("1\tone two".getBytes(StandardCharsets.UTF_8)));
    assertThat(SourceQueries.read(packed)).extracting(SourceQuery::text).containsExactly("one two");
  }

  @Test
  void theFirstThingThatIsWrongEndsTheRead() throws IOException {
    assertRefused("q.tsv", "1\ta\n2\n", "q.tsv:2: line is 1 columns; allowed: two: id TAB text");
    assertRefused("q.tsv", "1\ta\tb\n", "q.tsv:1: line is 3 columns");
    assertRefused("q.tsv", "\ta\n", "q.tsv:1: id is ''");
    assertRefused("q.tsv", "1\ta\n2\tb\n1\tc\n", "q.tsv:3: id is '1', as at ");
    assertRefused(
        "q.jsonl",
        "{\"id\":\"1\",\"text\":\"\"}\n{\"id\":1,\"text\":\"\"}\n",
        "q.jsonl:2: id is '1', as at ");
    assertRefused("q.jsonl", "{\"id\":\"1\"}\n", "q.jsonl:1: record is without text and vector");
  }

  @Test
  void anEndingThatSaysNothingNamesThoseOfQueries() throws IOException {
    assertRefused(
        "q.csv", "a,b\n", "q.csv: format is not recognised; allowed: a name ending in .tsv");
  }

  @Test
  void judgmentsOfBothKinds() throws IOException {
    Map<String, Map<String, Integer>> expected =
        Map.of("q1", Map.of("d1", 2, "d 2", 0), "q2", Map.of("d1", -1));
    Path beir =
        file("beir.tsv", "query-id\tcorpus-id\tscore\r\nq1\td1\t2\r\nq1\td 2\t0\r\nq2\td1\t-1\r\n");
    Qrels qrels = Qrels.read(beir);
    assertThat(qrels.gradesByQuery()).isEqualTo(expected);
    assertThat(qrels.grades("q1")).isEqualTo(expected.get("q1"));
    assertThat(qrels.grades("none")).isEmpty();
    assertThatThrownBy(() -> qrels.grades("q1").put("d", 1))
        .isInstanceOf(UnsupportedOperationException.class);
    Path trec = file("trec.txt", "q1 0 d1 2\n q1\t0  d2 0\nq2 Q0 d1 -1\n");
    assertThat(Qrels.read(trec).gradesByQuery())
        .isEqualTo(Map.of("q1", Map.of("d1", 2, "d2", 0), "q2", Map.of("d1", -1)));
    Path packed =
        InputFiles.write(
            directory.resolve("t.gz"), InputFiles.gzip("q 0 d 1".getBytes(StandardCharsets.UTF_8)));
    assertThat(Qrels.read(packed).grades("q")).containsExactly(Map.entry("d", 1));
  }

  @Test
  void judgmentsThatAreWrong() throws IOException {
    assertQrelsRefused("q d 1\n", ":1: line is 3 columns; allowed: BEIR's header");
    assertQrelsRefused("query-id\tcorpus-id\tscore\nq\td\t1\nq d 1\n", ":3: line is 1 columns");
    assertQrelsRefused("q 0 d 1\nq 0 d2 x\n", ":2: grade is 'x'");
    assertQrelsRefused("q 0 d 1.5\n", ":1: grade is '1.5'");
    assertQrelsRefused(
        "q 0 d 1\nq 0 d 1\n",
        ":2: judgment is 'd' for query 'q'; allowed: each document once a query");
    assertQrelsRefused("query-id\tcorpus-id\tscore\nq\t\t1\n", ":2: document id is ''");
  }

  private void assertRefused(String name, String text, String message) throws IOException {
    Path file = file(name, text);
    assertThatThrownBy(() -> SourceQueries.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  private void assertQrelsRefused(String text, String message) throws IOException {
    Path file = file("qrels", text);
    assertThatThrownBy(() -> Qrels.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  private Path file(String name, String text) throws IOException {
    return InputFiles.write(directory.resolve(name), text);
  }
}
