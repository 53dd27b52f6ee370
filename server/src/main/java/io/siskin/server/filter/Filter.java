package io.siskin.server.filter;

import io.siskin.index.document.FieldValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition on the declared fields of a document.
 *
 * <p>There are two truth values. A document without a value of a field fails every condition on
 * that field, so {@link Not} of such a condition admits it. {@code docs/filters.md} describes the
 * conditions and their text.
 *
 * <p>A filter may be of any size and may name any field until {@link Selection#of} has checked it.
 * Before that, {@code equals}, {@code hashCode} and {@link #toText} may overflow the stack on
 * filters that are nested too deep.
 *
 * <p>Immutable and safe to share.
 */
public sealed interface Filter {
  /** The most conditions of one filter. Conditions that combine others count too. */
  int CONDITION_COUNT_MAX = 1_024;

  /** How deep conditions may be nested. One condition alone has depth 1. */
  int DEPTH_MAX = 32;

  /** The most values of one {@link In}. */
  int VALUE_COUNT_MAX = 10_000;

  /** Returns the filter as a text that {@link FilterParser} reads. */
  default String toText() {
    return FilterText.of(this);
  }

  /**
   * All of these hold.
   *
   * @param filters the conditions; if there are none, every document qualifies
   */
  record AllOf(List<Filter> filters) implements Filter {
    /** Admits every document. */
    public static final AllOf EVERYTHING = new AllOf(List.of());

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
    /** Admits no document. */
    public static final AnyOf NOTHING = new AnyOf(List.of());

    /** Copies the list. */
    public AnyOf {
      filters = List.copyOf(filters);
    }
  }

  /**
   * A condition does not hold.
   *
   * @param filter the condition
   */
  record Not(Filter filter) implements Filter {}

  /** A condition on one field. */
  sealed interface OfField extends Filter {
    /** Returns the name of the field. */
    String field();
  }

  /**
   * The field has one of these values. A list of texts matches if one of its texts does.
   *
   * @param field the field's name
   * @param values values of the field's type, in any order; texts for a list of texts
   */
  record In(String field, List<FieldValue> values) implements OfField {
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
   * The value of the field lies in a range. A list of texts matches if one of its texts does. Texts
   * are ordered by their bytes of UTF-8.
   *
   * @param field the field's name; its type is not that of flags
   * @param lower the lower end, or null for none
   * @param upper the upper end, or null for none
   */
  record InRange(String field, @Nullable Bound lower, @Nullable Bound upper) implements OfField {}

  /**
   * The document has a value of the field. An empty list of texts is a value.
   *
   * @param field the field's name
   */
  record Exists(String field) implements OfField {}

  /**
   * The text begins with another one. A list of texts matches if one of its texts does.
   *
   * @param field the name of a field of texts
   * @param prefix what the text begins with; every text begins with the empty one
   */
  record Prefix(String field, String prefix) implements OfField {}
}
