package io.siskin.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition on the declared fields of a document. A document without a value of a field fails
 * every condition on that field.
 *
 * <p>Immutable. The server checks that it fits the collection's schema, that it has at most 1,024
 * conditions, and that it is nested at most 32 deep.
 */
public sealed interface Filter {
  /**
   * All of these hold.
   *
   * @param filters the conditions; if there are none, every document qualifies
   */
  record AllOf(List<Filter> filters) implements Filter {
    /** Copies the list. */
    public AllOf {
      filters = List.copyOf(filters);
    }
  }

  /**
   * At least one of these holds.
   *
   * @param filters the conditions; if there are none, no document qualifies
   */
  record AnyOf(List<Filter> filters) implements Filter {
    /** Copies the list. */
    public AnyOf {
      filters = List.copyOf(filters);
    }
  }

  /**
   * A condition does not hold. Documents without its field qualify too.
   *
   * @param filter the condition
   */
  record Not(Filter filter) implements Filter {}

  /**
   * The field has one of these values.
   *
   * @param field the field's name
   * @param values 0 to 10,000 values of the field's type; texts for a list of texts
   */
  record In(String field, List<FieldValue> values) implements Filter {
    /** Copies the list. */
    public In {
      values = List.copyOf(values);
    }
  }

  /**
   * One end of a range.
   *
   * @param value the value at the end
   * @param inclusive whether the value itself lies in the range
   */
  record Bound(FieldValue value, boolean inclusive) {}

  /**
   * The value of the field lies in a range.
   *
   * @param field the field's name; its type is not BOOL
   * @param lower the lower end; null for none
   * @param upper the upper end; null for none
   */
  record InRange(String field, @Nullable Bound lower, @Nullable Bound upper) implements Filter {}

  /**
   * The document has a value of the field.
   *
   * @param field the field's name
   */
  record Exists(String field) implements Filter {}

  /**
   * The text begins with another one.
   *
   * @param field the name of a field of texts
   * @param prefix what the text begins with
   */
  record Prefix(String field, String prefix) implements Filter {}

  /**
   * All of these hold.
   *
   * @param filters the conditions
   */
  static Filter allOf(Filter... filters) {
    return new AllOf(List.of(filters));
  }

  /**
   * At least one of these holds.
   *
   * @param filters the conditions
   */
  static Filter anyOf(Filter... filters) {
    return new AnyOf(List.of(filters));
  }

  /**
   * A condition does not hold.
   *
   * @param filter the condition
   */
  static Filter not(Filter filter) {
    return new Not(filter);
  }

  /**
   * The field has a value.
   *
   * @param field the field's name
   * @param value the value
   */
  static Filter equal(String field, FieldValue value) {
    return new In(field, List.of(value));
  }

  /**
   * The field has one of these values.
   *
   * @param field the field's name
   * @param values the values
   */
  static Filter in(String field, FieldValue... values) {
    return new In(field, List.of(values));
  }

  /**
   * The field has at least this value.
   *
   * @param field the field's name
   * @param value the least value that qualifies
   */
  static Filter atLeast(String field, FieldValue value) {
    return new InRange(field, new Bound(value, true), null);
  }

  /**
   * The field has at most this value.
   *
   * @param field the field's name
   * @param value the largest value that qualifies
   */
  static Filter atMost(String field, FieldValue value) {
    return new InRange(field, null, new Bound(value, true));
  }
}
