package io.siskin.server.filter;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.server.filter.Filter.AllOf;
import io.siskin.server.filter.Filter.AnyOf;
import io.siskin.server.filter.Filter.Bound;
import io.siskin.server.filter.Filter.Exists;
import io.siskin.server.filter.Filter.In;
import io.siskin.server.filter.Filter.InRange;
import io.siskin.server.filter.Filter.Not;
import io.siskin.server.filter.Filter.OfField;
import io.siskin.server.filter.Filter.Prefix;
import java.util.List;
import java.util.Locale;

/** Writes filters in the grammar of {@code docs/filters.md}. Used by one thread. */
final class FilterText {
  private final StringBuilder out = new StringBuilder();

  private FilterText() {}

  /**
   * Returns the text of a filter. It is read back as the same filter if the filter is canonical.
   *
   * @param filter any filter that is not nested too deep
   */
  static String of(Filter filter) {
    FilterText text = new FilterText();
    text.write(filter, false);
    return text.out.toString();
  }

  /**
   * Writes a filter.
   *
   * @param inner whether it stands beside others, so that a list of conditions needs parentheses
   */
  private void write(Filter filter, boolean inner) {
    switch (filter) {
      case AllOf(List<Filter> filters) -> writeList(filters, "and", "true", inner);
      case AnyOf(List<Filter> filters) -> writeList(filters, "or", "false", inner);
      case Not(Filter inside) -> writeNot(inside);
      case OfField condition -> writeCondition(condition, false);
    }
  }

  private void writeList(List<Filter> filters, String word, String ifEmpty, boolean inner) {
    switch (filters.size()) {
      case 0 -> out.append(ifEmpty);
      case 1 -> write(filters.getFirst(), inner);
      default -> {
        out.append(inner ? "(" : "");
        write(filters.getFirst(), true);
        for (Filter filter : filters.subList(1, filters.size())) {
          out.append(' ').append(word).append(' ');
          write(filter, true);
        }
        out.append(inner ? ")" : "");
      }
    }
  }

  private void writeNot(Filter inside) {
    if (inside instanceof OfField condition && !(condition instanceof InRange)) {
      writeCondition(condition, true);
    } else {
      out.append("not ");
      write(inside, true);
    }
  }

  private void writeCondition(OfField condition, boolean negated) {
    String not = negated ? " not" : "";
    switch (condition) {
      case In(String field, List<FieldValue> values) when values.size() == 1 -> {
        writeField(field).append(negated ? " != " : " = ");
        writeValue(values.getFirst());
      }
      case In(String field, List<FieldValue> values) -> {
        writeField(field).append(not).append(" in (");
        for (int i = 0; i < values.size(); i++) {
          out.append(i == 0 ? "" : ", ");
          writeValue(values.get(i));
        }
        out.append(')');
      }
      case InRange range -> writeRange(range);
      case Exists(String field) -> writeField(field).append(not).append(" exists");
      case Prefix(String field, String prefix) -> {
        writeField(field).append(not).append(" starts with ");
        writeQuoted(prefix);
      }
    }
  }

  private void writeRange(InRange range) {
    Bound lower = range.lower();
    Bound upper = range.upper();
    if (lower != null && upper != null) {
      writeValue(lower.value());
      out.append(lower.inclusive() ? " <= " : " < ");
    }
    writeField(range.field());
    if (upper != null) {
      out.append(upper.inclusive() ? " <= " : " < ");
      writeValue(upper.value());
    } else if (lower != null) {
      out.append(lower.inclusive() ? " >= " : " > ");
      writeValue(lower.value());
    } else {
      // No canonical filter has a range without ends.
      out.append(" exists");
    }
  }

  private StringBuilder writeField(String field) {
    return FilterLexer.RESERVED.contains(field.toLowerCase(Locale.ROOT))
        ? out.append('`').append(field).append('`')
        : out.append(field);
  }

  private void writeValue(FieldValue value) {
    switch (value) {
      case FieldValue.Real(double number) when Double.isInfinite(number) ->
          out.append(number > 0 ? "+infinity" : "-infinity");
      case FieldValue.Whole _, FieldValue.Real _, FieldValue.Flag _ -> out.append(value.toText());
      case FieldValue.Text _, FieldValue.TextList _, FieldValue.Moment _ ->
          writeQuoted(value.toText());
    }
  }

  private void writeQuoted(String text) {
    out.append('"');
    text.chars().forEach(c -> writeEscaped((char) c));
    out.append('"');
  }

  private void writeEscaped(char c) {
    switch (c) {
      case '"', '\\' -> out.append('\\').append(c);
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (Character.isISOControl(c)) {
          out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
        } else {
          out.append(c);
        }
      }
    }
  }

  /**
   * Returns a value as it stands in a filter, for messages.
   *
   * @param value the value
   */
  static String of(FieldValue value) {
    FilterText text = new FilterText();
    text.writeValue(value);
    return text.out.toString();
  }

  /**
   * Returns in words what a value looks like in a filter.
   *
   * @param type the type of the field
   */
  static String allowed(FieldType type) {
    return switch (type) {
      case STRING, STRING_LIST -> "a text in quotes, such as \"en\"";
      case INT64 -> "a whole number from -2^63 to 2^63 - 1";
      case DOUBLE -> "a number, such as 1, -2.5 or 1e6, or +infinity or -infinity";
      case BOOL -> "true or false";
      case TIMESTAMP -> "an instant in quotes, such as \"2026-05-01\" or \"2026-05-01T12:00:00Z\"";
    };
  }
}
