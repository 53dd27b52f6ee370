package io.siskin.server.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.corpus.Qrels;
import io.siskin.server.measure.TrecRun.Hit;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TrecRunTest {
  @TempDir Path scratch;

  @Test
  void writtenRunIsReadBack() throws IOException {
    Map<String, List<Hit>> hits = new LinkedHashMap<>();
    hits.put("q2", List.of(new Hit("b", 1.5f), new Hit("a", 0.1f), new Hit("ü", 0.1f)));
    hits.put("q1", List.of(new Hit("a", 1e-20f)));
    Path file = scratch.resolve("run.trec");

    try (Writer out = Files.newBufferedWriter(file)) {
      TrecRun.of(hits).write(out, "siskin-exact");
    }

    assertThat(file)
        .hasContent(
            """
            q2 Q0 b 1 1.5 siskin-exact
            q2 Q0 a 2 0.1 siskin-exact
            q2 Q0 ü 3 0.1 siskin-exact
            q1 Q0 a 1 1.0E-20 siskin-exact
            """);
    TrecRun read = TrecRun.read(file);
    assertThat(read.queryIds()).containsExactly("q2", "q1");
    assertThat(read.hits("q2")).isEqualTo(hits.get("q2"));
    assertThat(read.ranking("q1")).containsExactly("a");
    assertThat(read.hits("q3")).isEmpty();
  }

  @Test
  void foreignRunIsSortedByScoreAndTiesKeepTheirOrder() throws IOException {
    Path file =
        Files.writeString(
            scratch.resolve("run.trec"),
            "q\tQ0\tlow  1 0.5 t\n\nq 0 z 2 7 t\nq Q0 high 9 8.25 t\r\nq Q0 a 3 7.0 t\n");
    assertThat(TrecRun.read(file).ranking("q")).containsExactly("high", "z", "a", "low");
  }

  @ParameterizedTest
  @CsvSource({
    "q Q0 a 1 0.5, line",
    "q Q0 a 1 0.5 tag more, line",
    "q Q0 a 1 best tag, score",
    "q Q0 a 1 NaN tag, score of a",
    "q Q0 first 1 2 tag, document id",
  })
  void malformedLineIsRefusedWithItsPlace(String line, String field) throws IOException {
    Path file = Files.writeString(scratch.resolve("run.trec"), "q Q0 first 1 3 t\n" + line + "\n");
    assertThatThrownBy(() -> TrecRun.read(file))
        .isInstanceOfSatisfying(
            InvalidInputException.class, error -> assertThat(error.field()).isEqualTo(field))
        .hasMessageStartingWith(file.toString());
  }

  @Test
  void rankingThatIsNotSortedIsRefused() {
    assertThatThrownBy(() -> TrecRun.of(Map.of("q", List.of(new Hit("a", 1), new Hit("b", 2)))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("query q: score of b is 2.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\tb", "a\nb"})
  void idThatTheFormatCannotCarryIsRefused(String id) {
    StringWriter out = new StringWriter();
    TrecRun asQuery = TrecRun.of(Map.of(id, List.of(new Hit("a", 1))));
    TrecRun asDocument = TrecRun.of(Map.of("q", List.of(new Hit("good", 2), new Hit(id, 1))));
    assertThatThrownBy(() -> asQuery.write(out, "t")).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> asDocument.write(out, "t")).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> TrecRun.of(Map.of()).write(out, id))
        .isInstanceOf(InvalidInputException.class);
    // Nothing of a run is written that cannot be written as a whole.
    assertThat(out.toString()).isEmpty();
  }

  /** As trec_eval, which separates by ASCII white space: these are letters to it. */
  @ParameterizedTest
  @ValueSource(strings = {"a\u2009b", "\u3000a", "a\u00A0"})
  void otherSpacesArePartOfAnId(String id) throws IOException {
    StringWriter out = new StringWriter();
    TrecRun.of(Map.of(id, List.of(new Hit(id, 1)))).write(out, "t");
    Path file = Files.writeString(scratch.resolve("run.trec"), out.toString());
    assertThat(TrecRun.read(file).ranking(id)).containsExactly(id);
    Path qrels = Files.writeString(scratch.resolve("qrels"), id + " 0 " + id + " 1\n");
    assertThat(Qrels.read(qrels).grades(id)).containsExactly(Map.entry(id, 1));
  }
}
