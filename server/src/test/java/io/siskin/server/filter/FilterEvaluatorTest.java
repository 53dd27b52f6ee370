package io.siskin.server.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.column.Columns;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldValue;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.filter.Filter.Prefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FilterEvaluatorTest {

  private final Random random = new Random(Seeds.next());
  private final RandomFilters filters = new RandomFilters(random);

  @RepeatedTest(10)
  void theDocumentsAreThoseThatTheFilterAdmits() {
    int count = random.nextInt(5) == 0 ? random.nextInt(3) : random.nextInt(400);
    List<Map<String, FieldValue>> documents =
        filters.documents(count, random.nextBoolean() ? List.of() : List.of("year", "tags"));
    Columns columns = MapColumns.of(documents, RandomFilters.SCHEMA);
    for (int i = 0; i < 300; i++) {
      Filter filter = filters.filter(5);
      Selection selection = Selection.of(filter, "", RandomFilters.SCHEMA);
      DocumentSet found =
          new FilterEvaluator(columns, count, FilterEvaluatorTest::goOn).evaluate(selection);
      assertAdmitted(found, filter, documents);
    }
  }

  /** The same over the columns of a segment on disk, of several blocks. */
  @RepeatedTest(2)
  void theColumnsOfASegmentGiveTheSameDocuments(@TempDir Path directory) throws IOException {
    int count = 3_000 + random.nextInt(200);
    List<Map<String, FieldValue>> documents = filters.documents(count, List.of("open"));
    try (SegmentBuilder builder =
        new SegmentBuilder(directory, BuildOptions.DEFAULTS, BuildProgress.NONE)) {
      for (int i = 0; i < count; i++) {
        TokenVector vector = TokenVector.of(Map.of("term" + i % 7, 1f));
        builder.add("d" + i, vector, Map.of(), documents.get(i), i);
      }
      builder.finish();
    }
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      FilterEvaluator evaluator =
          new FilterEvaluator(segment.columns(), count, FilterEvaluatorTest::goOn);
      for (int i = 0; i < 100; i++) {
        Filter filter = filters.filter(4);
        Selection selection = Selection.of(filter, "", RandomFilters.SCHEMA);
        assertAdmitted(evaluator.evaluate(selection), filter, documents);
        DocumentSet none = DocumentSet.none(0);
        assertAdmitted(evaluator.extend(selection, none), filter, documents);
      }
    } finally {
      segment.release();
    }
  }

  @RepeatedTest(5)
  void aSegmentThatGrowsGivesWhatOneThatHasGrownGives() {
    List<Map<String, FieldValue>> documents = filters.documents(300, List.of());
    for (int i = 0; i < 100; i++) {
      Filter filter = filters.filter(4);
      Selection selection = Selection.of(filter, "", RandomFilters.SCHEMA);
      DocumentSet held = DocumentSet.none(0);
      for (int count = 0; count <= 300; count += 1 + random.nextInt(count < 100 ? 100 : 9)) {
        List<Map<String, FieldValue>> visible = documents.subList(0, count);
        Columns columns = MapColumns.of(visible, RandomFilters.SCHEMA);
        held =
            new FilterEvaluator(columns, count, FilterEvaluatorTest::goOn).extend(selection, held);
        assertAdmitted(held, filter, visible);
      }
    }
  }

  private static void assertAdmitted(
      DocumentSet found, Filter filter, List<Map<String, FieldValue>> documents) {
    DocumentSet.Builder expected = DocumentSet.builder(documents.size());
    for (int i = 0; i < documents.size(); i++) {
      boolean admitted = RandomFilters.admits(filter, documents.get(i));
      if (admitted) {
        expected.add(i);
      }
      if (found.contains(i) != admitted) {
        fail("%s: document %s of %s", filter, i, documents.get(i));
      }
    }
    assertThat(found.documentCount()).isEqualTo(documents.size());
    assertThat(found.size()).isEqualTo(expected.build().size());
  }

  /** The largest code point follows the prefix, or is it. */
  @ParameterizedTest
  @CsvSource({"a,5", "a\uDBFF\uDFFF,2", "\uDBFF\uDFFF,1", "é,0", "'',6"})
  void prefixesEndWhereTheirBytesEnd(String prefix, int expected) {
    List<Map<String, FieldValue>> documents =
        List.of(
            Map.of("lang", new FieldValue.Text("a")),
            Map.of("lang", new FieldValue.Text("ab")),
            Map.of("lang", new FieldValue.Text("a\uffff")),
            Map.of("lang", new FieldValue.Text("a\udbff\udfff")),
            Map.of("lang", new FieldValue.Text("a\udbff\udfffa")),
            Map.of("lang", new FieldValue.Text("\udbff\udfff")),
            Map.of());
    Columns columns = MapColumns.of(documents, RandomFilters.SCHEMA);
    Selection selection = Selection.of(new Prefix("lang", prefix), "", RandomFilters.SCHEMA);
    DocumentSet found =
        new FilterEvaluator(columns, 7, FilterEvaluatorTest::goOn).evaluate(selection);
    assertThat(found.size()).isEqualTo(expected);
  }

  /** No condition on another field is evaluated when nothing can pass any more. */
  @Test
  void aConjunctionEndsWhenNothingIsLeft() {
    List<Map<String, FieldValue>> documents = filters.documents(100, List.of("year"));
    Columns columns = MapColumns.of(documents, RandomFilters.SCHEMA);
    Selection selection = selection("lang starts with \"a\" and year = 3");
    int[] steps = new int[1];
    DocumentSet found = new FilterEvaluator(columns, 100, () -> steps[0]++).evaluate(selection);
    assertThat(found.isEmpty()).isTrue();
    assertThat(steps[0]).isZero();
  }

  @Test
  void theCheckpointEndsTheEvaluation() {
    List<Map<String, FieldValue>> documents = filters.documents(100, List.of());
    Columns columns = MapColumns.of(documents, RandomFilters.SCHEMA);
    Runnable cancelled =
        () -> {
          throw new CancellationException();
        };
    for (String filter :
        List.of("year = 3", "lang exists", "tags = 'a' or lang = 'b'", "not score > 1")) {
      assertThatThrownBy(
              () -> new FilterEvaluator(columns, 100, cancelled).evaluate(selection(filter)))
          .isInstanceOf(CancellationException.class);
    }
  }

  /** Columns that know more documents than are visible would give documents that nobody may see. */
  @Test
  void columnsOfAnotherSegmentAreRefused() {
    Columns columns =
        MapColumns.of(
            List.of(
                Map.of("year", new FieldValue.Whole(1)), Map.of("year", new FieldValue.Whole(2))),
            RandomFilters.SCHEMA);
    FilterEvaluator evaluator = new FilterEvaluator(columns, 1, FilterEvaluatorTest::goOn);
    assertThatThrownBy(() -> evaluator.evaluate(selection("year = 1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'year' has 2 documents; the segment has 1");
    Columns swapped = new Columns(Map.of("lang", columns.byName().get("year")));
    FilterEvaluator confused = new FilterEvaluator(swapped, 2, FilterEvaluatorTest::goOn);
    assertThatThrownBy(() -> confused.evaluate(selection("lang starts with 'a'")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not fit lang starts with");
  }

  private static void goOn() {
    // Nothing cancels.
  }

  private static Selection selection(String filter) {
    return Selection.of(FilterParser.parse(filter, RandomFilters.SCHEMA), "", RandomFilters.SCHEMA);
  }
}
