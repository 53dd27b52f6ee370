package io.siskin.index.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.column.Column;
import io.siskin.index.column.Columns;
import io.siskin.index.column.GrowingColumns;
import io.siskin.index.column.NumberColumn;
import io.siskin.index.column.TextColumn;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomFields;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.TokenVector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares both kinds of columns with the values themselves. */
final class ColumnTest {
  private static final int RANGES = 40;

  @TempDir Path temporary;

  @RepeatedTest(6)
  void mappedColumnsFindWhatTheValuesSay() throws IOException {
    Random random = new Random(Seeds.next());
    // Up to four blocks, often with a last one that is not full.
    List<Map<String, FieldValue>> values = RandomFields.draw(random.nextInt(2048), random);
    boolean reordered = random.nextBoolean();
    Segment segment = build(values, reordered);
    try {
      List<Map<String, FieldValue>> byNumber = new ArrayList<>();
      for (int document = 0; document < values.size(); document++) {
        int number = Integer.parseInt(segment.documents().externalId(document).substring(1));
        byNumber.add(values.get(number));
      }
      check(segment.columns(), byNumber, random);
    } finally {
      segment.release();
    }
  }

  @RepeatedTest(6)
  void growingColumnsFindWhatTheValuesSay() {
    Random random = new Random(Seeds.next());
    List<Map<String, FieldValue>> values = RandomFields.draw(random.nextInt(2048), random);
    GrowingColumns growing = new GrowingColumns(RandomFields.SCHEMA, values.size());
    Columns early = growing.view(0);
    int half = values.size() / 2;
    Columns middle = early;
    for (int document = 0; document < values.size(); document++) {
      if (document == half) {
        middle = growing.view(half);
      }
      assertThat(growing.add(values.get(document))).isEqualTo(document);
    }
    check(growing.view(values.size()), values, random);
    // Views that are older than the last documents do not see them.
    check(middle, values.subList(0, half), random);
    check(growing.view(half), values.subList(0, half), random);
    check(early, List.of(), random);
  }

  @Test
  void aSegmentWithoutDeclaredFieldsHasNoColumns() throws IOException {
    Segment segment = build(List.of(Map.of(), Map.of()), false);
    try {
      assertThat(segment.columns().byName()).isEmpty();
      assertThat(segment.columns().find("zone")).isNull();
      assertThat(segment.columns().values(1)).isEmpty();
    } finally {
      segment.release();
    }
  }

  private Segment build(List<Map<String, FieldValue>> values, boolean reordered)
      throws IOException {
    BuildOptions options = BuildOptions.DEFAULTS.withThreads(2);
    if (reordered) {
      options = options.withReordering(new Reordering.GraphBisection(20, 1, 2));
    }
    try (SegmentBuilder builder = new SegmentBuilder(temporary, options, BuildProgress.NONE)) {
      for (int i = 0; i < values.size(); i++) {
        TokenVector vector = TokenVector.of(Map.of("t" + i * 31 % 97, 1f, "u" + i % 5, 2f));
        builder.add("d" + i, vector, Map.of(), values.get(i), i);
      }
      builder.finish();
    }
    return Segment.open(temporary, Verification.FULL);
  }

  private static void check(Columns columns, List<Map<String, FieldValue>> values, Random random) {
    for (int document = 0; document < values.size(); document++) {
      assertThat(columns.values(document)).isEqualTo(values.get(document));
    }
    for (Schema.Field field : RandomFields.SCHEMA.fields()) {
      Column column = columns.find(field.name());
      if (column == null) {
        assertThat(values).noneMatch(fields -> fields.containsKey(field.name()));
        continue;
      }
      assertThat(column.type()).isEqualTo(field.type());
      assertThat(column.documentCount()).isEqualTo(values.size());
      List<@Nullable FieldValue> of = new ArrayList<>();
      values.forEach(fields -> of.add(fields.get(field.name())));
      expect(column::addPresent, of, value -> true);
      for (int i = 0; i < RANGES; i++) {
        switch (column) {
          case NumberColumn numbers -> checkRange(numbers, of, random);
          case TextColumn texts -> checkRange(texts, of, random);
        }
      }
    }
  }

  private static void checkRange(
      NumberColumn column, List<@Nullable FieldValue> values, Random random) {
    long one = key(values, random);
    long other = random.nextInt(5) == 0 ? random.nextLong() : key(values, random);
    expect(
        target -> column.addInRange(one, other, target),
        values,
        value ->
            value instanceof FieldValue.Keyed keyed && one <= keyed.key() && keyed.key() <= other);
    long atLeast = Math.min(one, other);
    expect(
        target -> column.addInRange(atLeast, Long.MAX_VALUE, target),
        values,
        value -> value instanceof FieldValue.Keyed keyed && atLeast <= keyed.key());
  }

  private static long key(List<@Nullable FieldValue> values, Random random) {
    FieldValue value = values.isEmpty() ? null : values.get(random.nextInt(values.size()));
    return value instanceof FieldValue.Keyed keyed
        ? keyed.key() + random.nextInt(3) - 1
        : random.nextInt(3);
  }

  private static void checkRange(
      TextColumn column, List<@Nullable FieldValue> values, Random random) {
    byte[] from = RandomFields.text(random).getBytes(StandardCharsets.UTF_8);
    byte[] to = RandomFields.text(random).getBytes(StandardCharsets.UTF_8);
    expectTexts(column, from, to, values);
    expectTexts(column, from, null, values);
    expectTexts(column, from, TextColumn.successor(from), values);
    expectTexts(column, from, TextColumn.endOfPrefix(from), values);
  }

  private static void expectTexts(
      TextColumn column, byte[] from, byte @Nullable [] to, List<@Nullable FieldValue> values) {
    expect(
        target -> column.addInRange(from, to, target),
        values,
        value ->
            texts(value).stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .anyMatch(
                    text ->
                        Arrays.compareUnsigned(text, from) >= 0
                            && (to == null || Arrays.compareUnsigned(text, to) < 0)));
  }

  private static List<String> texts(FieldValue value) {
    return switch (value) {
      case FieldValue.Text(String text) -> List.of(text);
      case FieldValue.TextList(List<String> list) -> list;
      case FieldValue.Keyed keyed -> throw new AssertionError(keyed);
    };
  }

  /** Compares what a column adds to a set with the documents whose values pass a test. */
  private static void expect(
      Consumer<DocumentSet.Builder> adding,
      List<@Nullable FieldValue> values,
      Predicate<FieldValue> test) {
    DocumentSet.Builder builder = DocumentSet.builder(values.size());
    adding.accept(builder);
    DocumentSet found = builder.build();
    int size = 0;
    for (int document = 0; document < values.size(); document++) {
      FieldValue value = values.get(document);
      boolean expected = value != null && test.test(value);
      assertThat(found.contains(document))
          .as("document %s: %s", document, value)
          .isEqualTo(expected);
      size += expected ? 1 : 0;
    }
    assertThat(found.size()).isEqualTo(size);
  }

  @Test
  void theEndOfAPrefixIsTheFirstTextBeyondIt() {
    assertThat(TextColumn.endOfPrefix(new byte[0])).isNull();
    assertThat(TextColumn.endOfPrefix(new byte[] {-1, -1})).isNull();
    assertThat(TextColumn.endOfPrefix(new byte[] {'a', -1})).isEqualTo(new byte[] {'b'});
    assertThat(TextColumn.endOfPrefix(new byte[] {'a', 'b'})).isEqualTo(new byte[] {'a', 'c'});
    assertThat(TextColumn.successor(new byte[] {'a'})).isEqualTo(new byte[] {'a', 0});
  }
}
