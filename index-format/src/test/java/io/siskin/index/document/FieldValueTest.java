package io.siskin.index.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Values of declared fields: their text, their keys and the order of these. */
final class FieldValueTest {
  @Test
  void keysOfNumbersHaveTheOrderOfTheNumbers() {
    List<Double> numbers =
        DoubleStream.of(
                Double.POSITIVE_INFINITY,
                1e300,
                1,
                Double.MIN_VALUE,
                0,
                -Double.MIN_VALUE,
                -1,
                -1e300,
                Double.NEGATIVE_INFINITY)
            .boxed()
            .toList();
    List<Double> byKey =
        numbers.stream()
            .sorted(Comparator.comparingLong(number -> new FieldValue.Real(number).key()))
            .toList();
    assertThat(byKey).isEqualTo(numbers.reversed());
    for (double number : numbers) {
      FieldValue.Real value = new FieldValue.Real(number);
      assertThat(FieldValue.Real.ofKey(value.key())).isEqualTo(value);
    }
    assertThat(new FieldValue.Real(-0.0).key()).isEqualTo(new FieldValue.Real(0.0).key());
  }

  @Test
  void nanIsRefused() {
    assertThatThrownBy(() -> FieldType.DOUBLE.parse("price", "NaN"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("not NaN");
  }

  @Test
  void textsAreReadAndWritten() {
    check(FieldType.STRING, " as it is ", new FieldValue.Text(" as it is "));
    check(FieldType.INT64, "-9223372036854775808", new FieldValue.Whole(Long.MIN_VALUE));
    check(FieldType.DOUBLE, "-2.5", new FieldValue.Real(-2.5));
    check(FieldType.BOOL, "true", new FieldValue.Flag(true));
    check(FieldType.TIMESTAMP, "1969-12-31T23:59:59.999999Z", new FieldValue.Moment(-1));
    assertThat(FieldType.TIMESTAMP.parse("at", "2026-05-01"))
        .isEqualTo(FieldValue.Moment.of(Instant.parse("2026-05-01T00:00:00Z")));
    assertThat(FieldType.TIMESTAMP.parse("at", "2026-05-01T02:00:00.1234567+02:00").toText())
        .isEqualTo("2026-05-01T00:00:00.123456Z");
    assertThat(FieldType.STRING_LIST.parse("tags", "a"))
        .isEqualTo(new FieldValue.TextList(List.of("a")));
  }

  /** The first and the last second that have instants are not whole. */
  @Test
  void everyInstantIsReadBackFromItsText() {
    for (long micros :
        new long[] {
          Long.MIN_VALUE, Long.MIN_VALUE + 1, -1_000_001, -1_000_000, 0, Long.MAX_VALUE
        }) {
      FieldValue.Moment moment = new FieldValue.Moment(micros);
      assertThat(FieldValue.Moment.of(moment.instant())).isEqualTo(moment);
      assertThat(FieldType.TIMESTAMP.parse("at", moment.toText())).isEqualTo(moment);
    }
  }

  private static void check(FieldType type, String text, FieldValue value) {
    assertThat(type.parse("field", text)).isEqualTo(value);
    assertThat(value.toText()).isEqualTo(text);
    assertThat(value.type()).isEqualTo(type);
    if (value instanceof FieldValue.Keyed keyed) {
      assertThat(FieldValue.ofKey(type, keyed.key())).isEqualTo(value);
    }
  }

  @Test
  void whatIsNoValueIsRefusedByName() {
    for (FieldType type : FieldType.values()) {
      if (!type.isText()) {
        assertThatThrownBy(() -> type.parse("year", "soon"))
            .isInstanceOf(InvalidInputException.class)
            .hasMessage("field 'year' is 'soon'; allowed: " + type.allowed());
      }
    }
    assertThatThrownBy(() -> FieldType.TIMESTAMP.parse("at", "+300000-01-01T00:00:00Z"))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void listsAreSets() {
    assertThat(new FieldValue.TextList(List.of("b", "a", "b")).values()).containsExactly("a", "b");
  }

  @Test
  void wordsNameTypes() {
    for (FieldType type : FieldType.values()) {
      assertThat(FieldType.ofWord(type.word())).isEqualTo(type);
    }
    assertThatThrownBy(() -> FieldType.ofWord("number"))
        .hasMessageContaining("string, strings, int64, double, bool, timestamp");
  }
}
