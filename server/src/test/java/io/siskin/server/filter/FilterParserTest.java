package io.siskin.server.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import io.siskin.server.filter.Filter.AllOf;
import io.siskin.server.filter.Filter.AnyOf;
import io.siskin.server.filter.Filter.Bound;
import io.siskin.server.filter.Filter.In;
import io.siskin.server.filter.Filter.InRange;
import io.siskin.server.filter.Filter.Not;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FilterParserTest {
  private static final Schema SCHEMA = RandomFilters.SCHEMA;

  private static Filter parse(String text) {
    return FilterParser.parse(text, SCHEMA);
  }

  @Test
  void orBindsLessThanAndAndNot() {
    assertThat(parse("open = true or not open = false and year >= 2020"))
        .isEqualTo(
            new AnyOf(
                List.of(
                    flag(true),
                    new AllOf(
                        List.of(
                            new Not(flag(false)),
                            new InRange(
                                "year", new Bound(new FieldValue.Whole(2020), true), null))))));
  }

  private static Filter flag(boolean value) {
    return new In("open", List.of(new FieldValue.Flag(value)));
  }

  @RepeatedTest(5)
  void aFilterIsReadBackFromItsText() {
    RandomFilters filters = new RandomFilters(new Random(Seeds.next()));
    for (int i = 0; i < 2_000; i++) {
      Filter filter = filters.filter(6);
      Filter canonical = CanonicalForm.of(filter, SCHEMA);
      assertThat(parse(canonical.toText())).as(canonical.toText()).isEqualTo(canonical);
    }
  }

  /** A filter of the greatest depth has a text that nests no deeper than the parser allows. */
  @Test
  void theDeepestFilterIsReadBack() {
    Filter filter = flag(true);
    for (int depth = 2; depth <= Filter.DEPTH_MAX; depth++) {
      Filter other = new In("year", List.of(new FieldValue.Whole(depth)));
      filter =
          switch (depth % 3) {
            case 0 -> new AllOf(List.of(filter, other));
            case 1 -> new AnyOf(List.of(filter, other));
            default -> new Not(filter);
          };
    }
    FilterCheck.check(filter, SCHEMA);
    assertThat(parse(filter.toText())).isEqualTo(filter);
    Filter deeper = new Not(filter);
    assertThatThrownBy(() -> FilterCheck.check(deeper, SCHEMA))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("depth of the filter is 33; allowed: 1 to 32");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '%',
      value = {
        "%% | character 1 is at its end; allowed: a condition",
        "year | character 5 is at its end; allowed: a comparison of field 'year' of type int64",
        "yaer = 1 | character 1 is 'yaer'; allowed: a declared field; similar: year",
        "year == 1 | character 6 is '=='; allowed: '=', '!=', '<', '<=', '>' or '>='",
        "year = \"1\" | character 8 is '\"1\"'; allowed: a whole number",
        "year = 1.5 | character 8 is '1.5'; allowed: a whole number",
        "year = 9223372036854775808 | character 8: field 'year' is '9223372036854775808'",
        "score = 1e999 | character 9 is '1e999'; allowed: a number",
        "score = NaN | character 9 is 'NaN'; allowed: a number",
        "lang = en | character 8 is 'en'; allowed: a text in quotes, such as \"en\"",
        "created > 2026-05-01 | character 11 is '2026-05-01'; allowed: an instant in quotes",
        "created > '2026-13-01' | character 11: field 'created' is '2026-13-01'",
        "open = 1 | character 8 is '1'; allowed: true or false",
        "open < true | character 6 is '<'; allowed: '=' or '!='",
        "open exists true | character 13 is 'true'; allowed: 'and', 'or' or the end",
        "1 <= open | character 1 is the end of a range of field 'open'",
        "1 = year | character 3 is '='; allowed: '<' or '<='",
        "1 < year > 2 | character 10 is '>'; allowed: '<' or '<='",
        "lang in \"en\" | character 9 is '\"en\"'; allowed: '('",
        "lang in (\"en\" \"fr\") | character 15 is '\"fr\"'; allowed: ',' or ')'",
        "lang in (\"en\",) | character 15 is ')'; allowed: a text in quotes",
        "lang not = \"en\" | character 10 is '='; allowed: 'in', 'exists' or 'starts with'",
        "lang starts \"en\" | character 13 is '\"en\"'; allowed: 'with'",
        "year starts with \"1\" | character 6 is 'starts'; allowed: 'exists', 'in' or a comparison",
        "(year = 1 | character 10 is at its end; allowed: 'and', 'or' or ')'",
        "year = 1) | character 9 is ')'; allowed: 'and', 'or' or the end",
        "and = 1 | character 1 is 'and'; allowed: a condition",
        "`and = 1 | character 1 is a name in backticks that does not end",
        "lang = \"en | character 8 is a text that does not end; allowed: a \"",
        "lang = \"\\x\" | character 9 is '\\x'; allowed: ",
        "lang = \"\\u12g4\" | character 9 is '\\u12g'; allowed: ",
        "lang = \"\\ud800\" | character 8: text is half a surrogate pair",
        "lang = “en” | character 8 is '“'; allowed: a name",
        "lang = \"😀\" & year | character 12 is '&'; allowed: 'and', 'or' or the end",
      })
  void errorsNameThePlaceWhatWasFoundAndWhatWasExpected(String filter, String message) {
    assertThatThrownBy(() -> parse(filter))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("filter at " + message);
  }

  @Test
  void limitsHaveTypedErrors() {
    refused("(".repeat(60_000), "nested more than 32 deep");
    refused("not ".repeat(16_000) + "true", "nested more than 32 deep");
    refused("open = true or ".repeat(1_023) + "open = true", "after the first 1024");
    refused("year in (" + "1,".repeat(10_000) + "1)", "the value after the first 10000");
    refused(" ".repeat(65_537), "length of the filter in UTF-16 code units is 65537");
    refused("lang = '" + "é".repeat(16_384) + "'", "bytes of the text is 32768");
    String widest = "open = true or ".repeat(1_022) + "open = true";
    assertThatCode(() -> parse(widest)).doesNotThrowAnyException();
    assertThatCode(() -> parse("(".repeat(32) + "true" + ")".repeat(32)))
        .doesNotThrowAnyException();
    assertThatCode(() -> parse("year in (" + "1,".repeat(9_999) + "1)")).doesNotThrowAnyException();
  }

  private static void refused(String filter, String message) {
    assertThatThrownBy(() -> parse(filter))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  /** Parentheses hide two levels of conditions each, which only the whole filter shows. */
  @Test
  void depthThatNoParenthesisShowsIsRefused() {
    refused("(open = true or open = true and ".repeat(20) + "true" + ")".repeat(20), "depth");
  }

  @Test
  void aFieldCanHaveTheNameOfAWordOfTheGrammar() {
    assertThat(parse("`Not` = 1 and not `Not` in (2)"))
        .isEqualTo(parse("`Not` = 1 AND NOT (`Not` = 2)"));
    assertThat(parse("exists exists or exists = 'x'").toText())
        .isEqualTo("exists exists or exists = \"x\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-290308-12-21T19:59:05.224192Z", "+294247-01-10T04:00:54.775807Z"})
  void theFirstAndTheLastInstantCanBeWritten(String instant) {
    InRange range = (InRange) parse("created >= '" + instant + "'");
    assertThat(range.lower()).isNotNull();
    assertThat(((FieldValue.Moment) range.lower().value()).epochMicros())
        .isIn(Long.MIN_VALUE, Long.MAX_VALUE);
    refused("created = '" + instant.replace("29", "39") + "'", "allowed: an instant");
  }

  /** Whatever is typed, the answer is a filter or an error about input. */
  @RepeatedTest(5)
  void anyTextIsReadOrRefused() {
    Random random = new Random(Seeds.next());
    List<String> parts =
        List.of(
            "year",
            "lang",
            "tags",
            "open",
            "created",
            "`",
            "\"",
            "'",
            "\\",
            "\\u00",
            "(",
            ")",
            ",",
            "=",
            "!=",
            "<",
            "<=",
            ">",
            "and",
            "or",
            "not",
            "in",
            "exists",
            "starts",
            "with",
            "true",
            "1",
            "-",
            "1.5",
            "+infinity",
            "\"a\"",
            "\ud800",
            "\0",
            "é",
            " ",
            " ",
            " ");
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int part = random.nextInt(12); part >= 0; part--) {
        text.append(parts.get(random.nextInt(parts.size())));
        text.append(random.nextBoolean() ? " " : "");
      }
      try {
        FilterCheck.check(parse(text.toString()), SCHEMA);
        read++;
      } catch (InvalidInputException refused) {
        assertThat(refused).hasMessageContaining("filter at character");
      }
    }
    assertThat(read).isPositive();
  }

  @Test
  void aSchemaWithoutFieldsSaysSo() {
    assertThatThrownBy(() -> FilterParser.parse("year = 1", Schema.EMPTY))
        .hasMessageContaining("none, since the collection declares no fields");
    assertThat(FilterParser.parse("true", Schema.EMPTY)).isEqualTo(AllOf.EVERYTHING);
    assertThat(SCHEMA.require("year").type()).isEqualTo(FieldType.INT64);
  }
}
