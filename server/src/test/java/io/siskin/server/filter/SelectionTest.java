package io.siskin.server.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import io.siskin.server.filter.Filter.AllOf;
import io.siskin.server.filter.Filter.AnyOf;
import io.siskin.server.filter.Filter.Bound;
import io.siskin.server.filter.Filter.Exists;
import io.siskin.server.filter.Filter.In;
import io.siskin.server.filter.Filter.InRange;
import io.siskin.server.filter.Filter.Not;
import io.siskin.server.filter.Filter.Prefix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SelectionTest {
  private static final Schema SCHEMA = RandomFilters.SCHEMA;
  private static final Schema SHARED =
      new Schema(
          List.of(
              new Schema.Field("owner", FieldType.STRING),
              new Schema.Field("year", FieldType.INT64)),
          "owner");

  private static Selection select(String filter) {
    return Selection.of(FilterParser.parse(filter, SCHEMA), "", SCHEMA);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '%',
      value = {
        "not not open = true | open = true",
        "not true | false",
        "year in (3, 1, 2, 3) | year in (1, 2, 3)",
        "year = 1 or year = 2 or lang = 'x' | lang = \"x\" or year in (1, 2)",
        "lang = 'x' and (open = true and true) | lang = \"x\" and open = true",
        "open = true or (open = true or false) | open = true",
        "year in () | false",
        "open = true or lang in () | open = true",
        "open = true and lang in () | false",
        "year > 2 and year < 9 and year != 5 | 3 <= year <= 8 and year != 5",
        "year > 2 and year < 4 | year = 3",
        "year > 2 and (year < 4 and year >= 3) | year = 3",
        "year > 2 and year < 3 | false",
        "year > 9223372036854775807 | false",
        "score > 1 and score >= 1 | score > 1.0",
        "score > 1 and score < 1 | false",
        "tags > 'a' and tags < 'b' | tags < \"b\" and tags > \"a\"",
        "'a' < tags < 'b' | \"a\" < tags < \"b\"",
        "lang starts with '' | lang exists",
        "tags starts with '' | tags starts with \"\"",
        "open = true and not (open = true and true) | open = true and open != true",
      })
  void equalFiltersHaveOneForm(String filter, String canonical) {
    Selection selection = select(filter);
    assertThat(selection).hasToString(canonical);
    assertThat(selection).isEqualTo(select(canonical)).hasSameHashCodeAs(select(canonical));
  }

  @Test
  void aRangeWithoutEndsIsAnyValue() {
    assertThat(Selection.of(new InRange("year", null, null), "", SCHEMA).filter())
        .isEqualTo(new Exists("year"));
    // An empty list is a value, but it has no text.
    assertThat(Selection.of(new InRange("tags", null, null), "", SCHEMA).filter())
        .isEqualTo(new Prefix("tags", ""));
  }

  @RepeatedTest(5)
  void theFormDoesNotDependOnOrderAndIsItsOwnForm() {
    Random random = new Random(Seeds.next());
    RandomFilters filters = new RandomFilters(random);
    for (int i = 0; i < 1_000; i++) {
      Filter filter = filters.filter(6);
      Filter canonical = CanonicalForm.of(filter, SCHEMA);
      assertThat(CanonicalForm.of(canonical, SCHEMA)).isEqualTo(canonical);
      assertThat(CanonicalForm.of(shuffled(filter, random), SCHEMA)).isEqualTo(canonical);
      FilterCheck.check(canonical, SCHEMA);
    }
  }

  private static Filter shuffled(Filter filter, Random random) {
    return switch (filter) {
      case AllOf(List<Filter> filters) -> new AllOf(shuffledList(filters, random));
      case AnyOf(List<Filter> filters) -> new AnyOf(shuffledList(filters, random));
      case Not(Filter inside) -> new Not(shuffled(inside, random));
      case In(String field, List<FieldValue> values) -> {
        List<FieldValue> moved = new ArrayList<>(values);
        Collections.shuffle(moved, random);
        yield new In(field, moved);
      }
      default -> filter;
    };
  }

  private static List<Filter> shuffledList(List<Filter> filters, Random random) {
    List<Filter> moved = new ArrayList<>();
    filters.forEach(filter -> moved.add(shuffled(filter, random)));
    Collections.shuffle(moved, random);
    return moved;
  }

  /** The union of the values would be too large for one condition. */
  @Test
  void unionsKeepTheLimitOfValues() {
    List<FieldValue> even = new ArrayList<>();
    List<FieldValue> odd = new ArrayList<>();
    for (int i = 0; i < 8_000; i++) {
      even.add(new FieldValue.Whole(2L * i));
      odd.add(new FieldValue.Whole(2L * i + 1));
    }
    Filter filter = new AnyOf(List.of(new In("year", odd), new In("year", even)));
    Selection selection = Selection.of(filter, "", SCHEMA);
    assertThat(selection.filter())
        .isEqualTo(new AnyOf(List.of(new In("year", even), new In("year", odd))));
  }

  @Test
  void errorsNameThePathTheFieldAndWhatIsAllowed() {
    refused(
        new AllOf(List.of(new Exists("year"), new Not(new Exists("yaer")))),
        "all_of[1]: not: exists: field is 'yaer'; allowed: a declared field; similar: year");
    refused(
        new In("year", List.of(new FieldValue.Text("1"))),
        "in: value for field 'year' is \"1\" of type string; allowed: a whole number");
    refused(
        new In("tags", List.of(new FieldValue.TextList(List.of("a")))),
        "of type strings; allowed: a text");
    refused(
        new InRange("open", null, new Bound(new FieldValue.Flag(true), true)),
        "range: field 'open' is of type bool");
    refused(
        new InRange("score", new Bound(new FieldValue.Whole(1), true), null),
        "range: value for field 'score' is 1 of type int64");
    refused(new Prefix("year", "2"), "prefix: field 'year' is of type int64");
    refused(new Prefix("lang", "a\udbff"), "prefix of field 'lang' is half a surrogate pair");
    refused(
        new In("lang", List.of(new FieldValue.Text("x".repeat(32_767)))),
        "32767; allowed: 0 to 32766");
    refused(
        new In("year", Collections.nCopies(10_001, new FieldValue.Whole(1))),
        "number of values is 10001; allowed: 0 to 10000");
    refused(
        new AnyOf(Collections.nCopies(1_024, new Exists("year"))),
        "number of conditions is 1025; allowed: 1 to 1024");
  }

  @Test
  void aFilterOfAnyDepthIsRefusedWithoutOverflow() {
    Filter filter = new Exists("year");
    for (int i = 0; i < 1_000_000; i++) {
      filter = new Not(filter);
    }
    refused(filter, "depth of the filter is 33; allowed: 1 to 32");
  }

  private static void refused(Filter filter, String message) {
    assertThatThrownBy(() -> Selection.of(filter, "", SCHEMA))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  /** Whatever the filter says, only the tenant's documents pass. */
  @ParameterizedTest
  @ValueSource(strings = {"true", "owner = 'you'", "owner != 'me'", "year = 1 or true", "year = 1"})
  void aTenantSeesItsOwnDocuments(String filter) {
    Selection selection = Selection.of(FilterParser.parse(filter, SHARED), "me", SHARED);
    FieldValue year = new FieldValue.Whole(1);
    assertThat(
            RandomFilters.admits(
                selection.filter(),
                java.util.Map.of("owner", new FieldValue.Text("you"), "year", year)))
        .isFalse();
    assertThat(
            RandomFilters.admits(
                selection.filter(),
                java.util.Map.of("owner", new FieldValue.Text("me"), "year", year)))
        .isEqualTo(!filter.startsWith("owner"));
  }

  @Test
  void aTenantIsNamedExactlyWhereThereAreSeveral() {
    assertThatThrownBy(() -> Selection.of(null, "", SHARED))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tenant is missing; allowed: a tenant");
    assertThatThrownBy(() -> Selection.of(null, "me", SCHEMA))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tenant is 'me'; allowed: none");
    assertThat(Selection.of(null, "", SCHEMA).isEverything()).isTrue();
    assertThat(Selection.of(null, "me", SHARED)).hasToString("owner = \"me\"");
  }

  /** The largest filter that a caller may send leaves no room for the tenant's condition. */
  @Test
  void theTenantDoesNotCountForTheLimits() {
    Filter filter = new AnyOf(Collections.nCopies(1_023, new Exists("year")));
    assertThat(Selection.of(filter, "me", SHARED).filter()).isInstanceOf(AllOf.class);
  }
}
