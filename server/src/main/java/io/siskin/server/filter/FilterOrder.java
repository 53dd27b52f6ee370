package io.siskin.server.filter;

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
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Total orders of values and of filters. */
final class FilterOrder {
  /**
   * Orders values of one type: texts by their bytes of UTF-8, others by their keys. Values of
   * different types are ordered by their types.
   */
  static final Comparator<FieldValue> VALUES = FilterOrder::compareValues;

  /** Orders filters. What the order means is of no interest, only that equal filters are equal. */
  static final Comparator<Filter> FILTERS = FilterOrder::compareFilters;

  private FilterOrder() {}

  private static int compareValues(FieldValue left, FieldValue right) {
    if (left instanceof FieldValue.Text(String one)
        && right instanceof FieldValue.Text(String other)) {
      return compareTexts(one, other);
    }
    if (left instanceof FieldValue.Keyed one
        && right instanceof FieldValue.Keyed other
        && one.type() == other.type()) {
      return Long.compare(one.key(), other.key());
    }
    return left.type().compareTo(right.type());
  }

  /**
   * Compares texts by their bytes of UTF-8, which is the order of their code points.
   *
   * @param left a text without half surrogate pairs
   * @param right another one
   */
  static int compareTexts(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char one = left.charAt(i);
      char other = right.charAt(i);
      if (one != other) {
        // Surrogates stand for the largest code points, but U+E000 to U+FFFF are larger units.
        boolean surrogate = Character.isSurrogate(one);
        return surrogate == Character.isSurrogate(other) ? one - other : surrogate ? 1 : -1;
      }
    }
    return left.length() - right.length();
  }

  private static int compareFilters(Filter left, Filter right) {
    int byKind = kind(left) - kind(right);
    if (byKind != 0) {
      return byKind;
    }
    return switch (left) {
      case AllOf(List<Filter> filters) -> compareLists(filters, ((AllOf) right).filters(), FILTERS);
      case AnyOf(List<Filter> filters) -> compareLists(filters, ((AnyOf) right).filters(), FILTERS);
      case Not(Filter inside) -> compareFilters(inside, ((Not) right).filter());
      case OfField condition -> compareConditions(condition, (OfField) right);
    };
  }

  private static int kind(Filter filter) {
    return switch (filter) {
      case Exists _ -> 0;
      case In _ -> 1;
      case InRange _ -> 2;
      case Prefix _ -> 3;
      case Not _ -> 4;
      case AllOf _ -> 5;
      case AnyOf _ -> 6;
    };
  }

  /** Compares two conditions of the same kind. */
  private static int compareConditions(OfField left, OfField right) {
    int byField = left.field().compareTo(right.field());
    if (byField != 0) {
      return byField;
    }
    return switch (left) {
      case Exists _ -> 0;
      case In(_, List<FieldValue> values) -> compareLists(values, ((In) right).values(), VALUES);
      case InRange(_, Bound lower, Bound upper) -> {
        InRange other = (InRange) right;
        int byLower = compareBounds(lower, other.lower());
        yield byLower != 0 ? byLower : compareBounds(upper, other.upper());
      }
      case Prefix(_, String prefix) -> prefix.compareTo(((Prefix) right).prefix());
    };
  }

  private static int compareBounds(@Nullable Bound left, @Nullable Bound right) {
    if (left == null || right == null) {
      return Boolean.compare(left != null, right != null);
    }
    int byValue = compareValues(left.value(), right.value());
    return byValue != 0 ? byValue : Boolean.compare(left.inclusive(), right.inclusive());
  }

  private static <T> int compareLists(List<T> left, List<T> right, Comparator<T> order) {
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      int byElement = order.compare(left.get(i), right.get(i));
      if (byElement != 0) {
        return byElement;
      }
    }
    return left.size() - right.size();
  }
}
