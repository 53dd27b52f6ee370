package io.siskin.server.app.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.client.SearchMode;
import io.siskin.client.SearchResult;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ResultPrinterTest {
  private static final SearchResult.Hit HIT =
      new SearchResult.Hit(
          "doc-1",
          8.1664f,
          Map.of(
              "text", "a zoologist\n who  studies insects", "title", "Bugs", "words", "bug-hunter"),
          List.of(new SearchResult.Contribution("insect", 1, 3.5f, 3.5f)));
  private static final SearchResult RESULT =
      result(List.of(HIT), new SearchMode.Clustered(8, 0.9f, true), 0);

  private static SearchResult result(List<SearchResult.Hit> hits, SearchMode mode, int unknown) {
    return new SearchResult(
        hits,
        mode,
        new SearchResult.Timings(60_000, 1_000, 2_000, 50_000, 4_000),
        new SearchResult.Counters(3, 40, 30, 10, 1_234, 5_678, 0),
        unknown);
  }

  private static String printed(int columns, Consumer<ResultPrinter> print) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    print.accept(new ResultPrinter(out, columns));
    out.flush();
    return text.toString();
  }

  @Test
  void aHitIsRankScoreIdThenTitleTextAndTheOtherFields() {
    assertThat(printed(80, printer -> printer.print(RESULT)).lines())
        .containsExactly(
            "   1  8.166 doc-1",
            "            Bugs",
            "            a zoologist who studies insects",
            "            words: bug-hunter",
            "            +3.500 = 1.000 × 3.500  insect");
  }

  @Test
  void linesEndAtTheTerminalsEdge() {
    assertThat(printed(30, printer -> printer.print(RESULT)).lines())
        .contains("            a zoologist who s…")
        .allMatch(line -> line.length() <= 30);
  }

  /** Ids, fields and terms come from outside: none of them may colour, move or forge a line. */
  @Test
  void controlCharactersAreEscaped() {
    SearchResult.Hit forged =
        new SearchResult.Hit(
            "a\u001b[31mred\r   9  9.999 best",
            1,
            Map.of("title\u009b2J", "x\u202ey"),
            List.of(new SearchResult.Contribution("b\u0007\nell", 1, 1, 1)));
    String text =
        printed(200, printer -> printer.print(result(List.of(forged), SearchMode.exact(), 0)));
    assertThat(text.lines()).hasSize(3);
    assertThat(text.replace("\n", "").chars()).noneMatch(Character::isISOControl);
    assertThat(text).contains("\\u001b[31mred\\u000d", "\\u009b", "\\u202e", "\\u0007\\u000aell");
  }

  @Test
  void aCharacterOfTwoHalvesIsNotCutInTheMiddle() {
    SearchResult.Hit clef = new SearchResult.Hit("𝄞𝄞𝄞", 1, Map.of(), List.of());
    String line =
        printed(16, printer -> printer.print(result(List.of(clef), SearchMode.exact(), 0)));
    assertThat(line.strip()).isEqualTo("1  1.000 𝄞…");
  }

  @Test
  void noHitsSayWhyIfTheReasonIsKnown() {
    assertThat(
            printed(80, printer -> printer.print(result(List.of(), SearchMode.exact(), 2))).strip())
        .isEqualTo("no hits (the collection does not know 2 terms of the query)");
  }

  @Test
  void timingsNameEachStageAndTheModeInForce() {
    assertThat(printed(80, printer -> printer.printTimings(RESULT, 90_000)).strip())
        .isEqualTo(
            "60.0 µs on the server (queue 1.00 µs, encode 2.00 µs, search 50.0 µs, fetch 4.00 µs),"
                + " 90.0 µs with the call; clustered (query cut 8, heap factor 0.9, first list"
                + " sorted), 1,234 documents scored");
  }

  @Test
  void jsonIsOneLineWithEverything() throws Exception {
    String line = printed(80, printer -> printer.printJson(RESULT));
    assertThat(line.strip().lines()).hasSize(1);
    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(json.at("/hits/0/id").asText()).isEqualTo("doc-1");
    assertThat(json.at("/hits/0/score").floatValue()).isEqualTo(8.1664f);
    assertThat(json.at("/hits/0/fields/title").asText()).isEqualTo("Bugs");
    assertThat(json.at("/hits/0/contributions/0/contribution").floatValue()).isEqualTo(3.5f);
    assertThat(json.at("/mode/query_cut").intValue()).isEqualTo(8);
    assertThat(json.at("/timings/search_nanos").longValue()).isEqualTo(50_000);
    assertThat(json.at("/counters/documents_scored").longValue()).isEqualTo(1_234);
    assertThat(json.at("/unknown_terms").isInt()).isTrue();
  }
}
