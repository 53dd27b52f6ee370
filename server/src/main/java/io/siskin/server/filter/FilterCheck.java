package io.siskin.server.filter;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.server.filter.Filter.AllOf;
import io.siskin.server.filter.Filter.AnyOf;
import io.siskin.server.filter.Filter.Bound;
import io.siskin.server.filter.Filter.Exists;
import io.siskin.server.filter.Filter.In;
import io.siskin.server.filter.Filter.InRange;
import io.siskin.server.filter.Filter.Not;
import io.siskin.server.filter.Filter.OfField;
import io.siskin.server.filter.Filter.Prefix;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a filter keeps all limits and fits a schema. The place in an error is the path of the
 * condition, in the names of the API: {@code all_of[1]: not: in}.
 */
final class FilterCheck {
  private final Schema schema;
  private int conditions;

  private FilterCheck(Schema schema) {
    this.schema = schema;
  }

  /**
   * Checks a filter, of any size and depth.
   *
   * @param filter the filter
   * @param schema the fields that it may name
   * @throws InvalidInputException when it breaks a limit, names a field that is not declared, or
   *     compares a field with a value of another type
   */
  static void check(Filter filter, Schema schema) {
    new FilterCheck(schema).check(filter, 1);
  }

  private void check(Filter filter, int depth) {
    // Checked before each step down, so that the recursion is as shallow.
    Ranges.check("depth of the filter", depth, 1, Filter.DEPTH_MAX);
    Ranges.check("number of conditions", ++conditions, 1, Filter.CONDITION_COUNT_MAX);
    switch (filter) {
      case AllOf(List<Filter> filters) -> checkList("all_of", filters, depth);
      case AnyOf(List<Filter> filters) -> checkList("any_of", filters, depth);
      case Not(Filter inside) -> checkAt("not", inside, depth + 1);
      case OfField condition -> checkCondition(condition);
    }
  }

  private void checkList(String name, List<Filter> filters, int depth) {
    for (int i = 0; i < filters.size(); i++) {
      checkAt(name + "[" + i + "]", filters.get(i), depth + 1);
    }
  }

  private void checkAt(String place, Filter filter, int depth) {
    try {
      check(filter, depth);
    } catch (InvalidInputException invalid) {
      throw invalid.at(place);
    }
  }

  private void checkCondition(OfField condition) {
    String place =
        switch (condition) {
          case In _ -> "in";
          case InRange _ -> "range";
          case Exists _ -> "exists";
          case Prefix _ -> "prefix";
        };
    try {
      Schema.Field field = schema.require(condition.field());
      switch (condition) {
        case In(_, List<FieldValue> values) -> {
          Ranges.check("number of values", values.size(), 0, Filter.VALUE_COUNT_MAX);
          values.forEach(value -> checkValue(field, value));
        }
        case InRange(_, Bound lower, Bound upper) -> checkRange(field, lower, upper);
        case Exists _ -> {
          // It has no value.
        }
        case Prefix(_, String prefix) -> checkPrefix(field, prefix);
      }
    } catch (InvalidInputException invalid) {
      throw invalid.at(place);
    }
  }

  private static void checkRange(Schema.Field field, @Nullable Bound lower, @Nullable Bound upper) {
    if (field.type() == FieldType.BOOL) {
      throw new InvalidInputException(
          "field '" + field.name() + "'", "of type bool", "a field of another type, for a range");
    }
    if (lower != null) {
      checkValue(field, lower.value());
    }
    if (upper != null) {
      checkValue(field, upper.value());
    }
  }

  private static void checkPrefix(Schema.Field field, String prefix) {
    if (!field.type().isText()) {
      throw new InvalidInputException(
          "field '" + field.name() + "'",
          "of type " + field.type().word(),
          "a field of type string or strings, for a prefix");
    }
    checkText("prefix of field '" + field.name() + "'", prefix);
  }

  private static void checkValue(Schema.Field field, FieldValue value) {
    FieldType wanted = field.type().isText() ? FieldType.STRING : field.type();
    if (value.type() != wanted) {
      throw new InvalidInputException(
          "value for field '" + field.name() + "'",
          FilterText.of(value) + " of type " + value.type().word(),
          wanted.allowed());
    }
    if (value instanceof FieldValue.Text(String text)) {
      checkText("value for field '" + field.name() + "'", text);
    }
  }

  /**
   * Checks a text: no field has a longer one, or one that UTF-8 cannot express.
   *
   * @param what what the text is, for the message
   * @param text the text
   * @throws InvalidInputException when no field can have it
   */
  static void checkText(String what, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Ranges.check("bytes of the " + what, bytes.length, 0, FieldValue.TEXT_LENGTH_BYTES_MAX);
    if (!new String(bytes, StandardCharsets.UTF_8).equals(text)) {
      throw new InvalidInputException(what, "half a surrogate pair", "a text UTF-8 can express");
    }
  }
}
