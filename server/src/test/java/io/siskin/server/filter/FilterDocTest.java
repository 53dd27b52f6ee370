package io.siskin.server.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Repository;
import io.siskin.server.filter.Filter.AllOf;
import io.siskin.server.filter.Filter.In;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples of {@code docs/filters.md} are true. */
final class FilterDocTest {
  private static final Pattern CODE = Pattern.compile("`([^`]*)`");
  private static final String PAGE = page();
  private static final Schema SCHEMA = schema();

  private static String page() {
    try {
      return Files.readString(Repository.root().resolve("docs/filters.md"));
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  private static Schema schema() {
    MatchResult declared =
        Pattern.compile("schema of these examples is `([^`]*)`")
            .matcher(PAGE)
            .results()
            .findFirst()
            .orElseThrow();
    List<Schema.Field> fields = new ArrayList<>();
    for (String field : declared.group(1).split(",")) {
      String[] parts = field.split(":");
      fields.add(new Schema.Field(parts[0], FieldType.ofWord(parts[1])));
    }
    return new Schema(fields, null);
  }

  /** Returns the rows of the table with this head: the cells of each. */
  private static List<List<String>> table(String head) {
    int start = PAGE.indexOf(head);
    assertThat(start).as("the table %s", head).isPositive();
    return PAGE.substring(start)
        .lines()
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
        .map(cells -> cells.subList(1, cells.size() - 1))
        .toList();
  }

  private static String code(String cell) {
    return CODE.matcher(cell).results().findFirst().orElseThrow().group(1);
  }

  /** Reads fields in the form of a filter: {@code year=2020 tags="a" tags="b"}. */
  private static Map<String, FieldValue> document(String cell) {
    Map<String, FieldValue> fields = new LinkedHashMap<>();
    if (cell.isEmpty()) {
      return fields;
    }
    String filter = code(cell).replaceAll(" (?=[a-z]+=)", " and ");
    Filter parsed = FilterParser.parse(filter, SCHEMA);
    for (Filter part : ((AllOf) parsed).filters()) {
      In in = (In) part;
      FieldValue value = in.values().getFirst();
      if (SCHEMA.require(in.field()).type() == FieldType.STRING_LIST) {
        List<String> texts = new ArrayList<>(List.of(((FieldValue.Text) value).value()));
        if (fields.get(in.field()) instanceof FieldValue.TextList(List<String> before)) {
          texts.addAll(before);
        }
        value = new FieldValue.TextList(texts);
      }
      fields.put(in.field(), value);
    }
    return fields;
  }

  @Test
  void examplesAdmitWhatThePageSays() {
    Map<String, Map<String, FieldValue>> documents = new LinkedHashMap<>();
    table("| document |").forEach(row -> documents.put(row.get(0), document(row.get(1))));
    assertThat(documents).hasSize(4);
    assertThat(documents.get("A")).hasSize(6);
    List<Map<String, FieldValue>> fields = List.copyOf(documents.values());
    FilterEvaluator evaluator =
        new FilterEvaluator(MapColumns.of(fields, SCHEMA), fields.size(), () -> {});
    List<List<String>> examples = table("| filter |");
    assertThat(examples).hasSizeGreaterThan(10);
    for (List<String> example : examples) {
      Filter filter = FilterParser.parse(code(example.get(0)), SCHEMA);
      List<String> admitted = new ArrayList<>();
      List<String> names = List.copyOf(documents.keySet());
      for (int i = 0; i < names.size(); i++) {
        if (evaluator.evaluate(Selection.of(filter, "", SCHEMA)).contains(i)) {
          admitted.add(names.get(i));
        }
      }
      assertThat(String.join(" ", admitted)).as(example.get(0)).isEqualTo(example.get(1));
    }
  }

  @Test
  void errorsReadAsThePageSays() {
    List<List<String>> examples = table("| not a filter |");
    assertThat(examples).hasSizeGreaterThan(2);
    for (List<String> example : examples) {
      assertThatThrownBy(() -> FilterParser.parse(code(example.get(0)), SCHEMA))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(code(example.get(1)));
    }
  }

  @Test
  void conditionsOfTheTableAreFilters() {
    Schema withTitle =
        new Schema(
            List.of(
                new Schema.Field("year", FieldType.INT64),
                new Schema.Field("lang", FieldType.STRING),
                new Schema.Field("title", FieldType.STRING)),
            null);
    int read = 0;
    for (List<String> row : table("| condition |")) {
      String condition = code(row.get(0));
      Selection selection = Selection.of(FilterParser.parse(condition, withTitle), "", withTitle);
      String holds = row.get(1);
      if (holds.startsWith("`not")) {
        Filter same = FilterParser.parse(code(holds), withTitle);
        assertThat(selection).isEqualTo(Selection.of(same, "", withTitle));
      }
      read++;
    }
    assertThat(read).isGreaterThan(8);
  }

  @Test
  void limitsAreThoseOfTheCode() {
    for (int limit :
        List.of(
            FilterParser.LENGTH_MAX,
            Filter.CONDITION_COUNT_MAX,
            Filter.DEPTH_MAX,
            Filter.VALUE_COUNT_MAX,
            FieldValue.TEXT_LENGTH_BYTES_MAX)) {
      assertThat(PAGE).contains("at most " + String.format(java.util.Locale.ROOT, "%,d", limit));
    }
    for (String word : FilterLexer.RESERVED) {
      assertThat(PAGE).contains("`" + word + "`");
    }
  }
}
