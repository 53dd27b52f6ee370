package io.siskin.server.filter;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.server.filter.Filter.AllOf;
import io.siskin.server.filter.Filter.AnyOf;
import io.siskin.server.filter.Filter.Bound;
import io.siskin.server.filter.Filter.Exists;
import io.siskin.server.filter.Filter.In;
import io.siskin.server.filter.Filter.InRange;
import io.siskin.server.filter.Filter.Not;
import io.siskin.server.filter.Filter.Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes filters that differ only in how they are written equal.
 *
 * <ul>
 *   <li>Lists of conditions are flat, sorted, without repetition, and have two members or more. So
 *       are lists of values, of which one is enough.
 *   <li>There is no double negation, and {@link AllOf#EVERYTHING} and {@link AnyOf#NOTHING} stand
 *       alone.
 *   <li>In an {@link AnyOf} there is one {@link In} per field. In an {@link AllOf} there is one
 *       {@link InRange} per field that has a single value.
 *   <li>Ends of ranges of whole numbers and instants are inclusive. A range of one value is an
 *       {@link In}.
 * </ul>
 *
 * <p>A canonical filter admits the same documents, and it is neither larger nor deeper. Two filters
 * that admit the same documents may still have two canonical forms.
 */
final class CanonicalForm {
  private final Schema schema;

  private CanonicalForm(Schema schema) {
    this.schema = schema;
  }

  /**
   * Returns the canonical form of a filter.
   *
   * @param filter a filter that {@link FilterCheck} has passed
   * @param schema the schema that it fits
   */
  static Filter of(Filter filter, Schema schema) {
    return new CanonicalForm(schema).of(filter);
  }

  private Filter of(Filter filter) {
    return switch (filter) {
      case AllOf(List<Filter> filters) -> allOf(filters);
      case AnyOf(List<Filter> filters) -> anyOf(filters);
      case Not(Filter inside) -> not(of(inside));
      case In in -> in(in);
      case InRange range -> range(range);
      case Exists exists -> exists;
      case Prefix(String field, String prefix) ->
          prefix.isEmpty() && isSingle(field) ? new Exists(field) : filter;
    };
  }

  private static Filter not(Filter inside) {
    if (inside instanceof Not(Filter twice)) {
      return twice;
    }
    if (inside.equals(AllOf.EVERYTHING)) {
      return AnyOf.NOTHING;
    }
    return inside.equals(AnyOf.NOTHING) ? AllOf.EVERYTHING : new Not(inside);
  }

  private Filter allOf(List<Filter> filters) {
    Map<String, InRange> ranges = new LinkedHashMap<>();
    List<Filter> others = new ArrayList<>();
    for (Filter filter : flatten(filters, true)) {
      if (filter instanceof InRange range && isSingle(range.field())) {
        ranges.merge(range.field(), range, CanonicalForm::intersection);
      } else {
        others.add(filter);
      }
    }
    // An intersection may be empty or one value.
    ranges.values().forEach(range -> others.add(range(range)));
    if (others.contains(AnyOf.NOTHING)) {
      return AnyOf.NOTHING;
    }
    List<Filter> sorted = sorted(others);
    return sorted.size() == 1 ? sorted.getFirst() : new AllOf(sorted);
  }

  private Filter anyOf(List<Filter> filters) {
    List<Filter> flat = flatten(filters, false);
    if (flat.contains(AllOf.EVERYTHING)) {
      return AllOf.EVERYTHING;
    }
    List<Filter> sorted = sorted(withUnions(flat));
    return sorted.size() == 1 ? sorted.getFirst() : new AnyOf(sorted);
  }

  /** Returns the members in canonical form, and the members of members of the same kind. */
  private List<Filter> flatten(List<Filter> filters, boolean all) {
    List<Filter> flat = new ArrayList<>();
    for (Filter filter : filters) {
      // Flattened before it is simplified, so that nesting makes no difference.
      Filter member = members(filter, all) == null ? of(filter) : filter;
      List<Filter> inner = members(member, all);
      if (inner == null) {
        flat.add(member);
      } else {
        flat.addAll(flatten(inner, all));
      }
    }
    return flat;
  }

  private static @Nullable List<Filter> members(Filter filter, boolean all) {
    return switch (filter) {
      case AllOf(List<Filter> members) when all -> members;
      case AnyOf(List<Filter> members) when !all -> members;
      default -> null;
    };
  }

  private static List<Filter> sorted(List<Filter> filters) {
    TreeSet<Filter> sorted = new TreeSet<>(FilterOrder.FILTERS);
    sorted.addAll(filters);
    return List.copyOf(sorted);
  }

  /** Joins the values of one field, unless there are too many for one condition. */
  private static List<Filter> withUnions(List<Filter> filters) {
    Map<String, TreeSet<FieldValue>> unions = new HashMap<>();
    for (Filter filter : filters) {
      if (filter instanceof In(String field, List<FieldValue> values)) {
        unions.computeIfAbsent(field, _ -> new TreeSet<>(FilterOrder.VALUES)).addAll(values);
      }
    }
    unions.values().removeIf(values -> values.size() > Filter.VALUE_COUNT_MAX);
    List<Filter> joined = new ArrayList<>();
    for (Filter filter : filters) {
      if (!(filter instanceof In(String field, _) && unions.containsKey(field))) {
        joined.add(filter);
      }
    }
    unions.forEach((field, values) -> joined.add(new In(field, List.copyOf(values))));
    return joined;
  }

  private static Filter in(In in) {
    if (in.values().isEmpty()) {
      return AnyOf.NOTHING;
    }
    TreeSet<FieldValue> sorted = new TreeSet<>(FilterOrder.VALUES);
    sorted.addAll(in.values());
    return new In(in.field(), List.copyOf(sorted));
  }

  private Filter range(InRange range) {
    String field = range.field();
    Bound lower = range.lower();
    Bound upper = range.upper();
    if (lower == null && upper == null) {
      // An empty list of texts exists, but none of its texts lies in any range.
      return isSingle(field) ? new Exists(field) : new Prefix(field, "");
    }
    if ((lower != null && isBeyond(lower, Long.MAX_VALUE))
        || (upper != null && isBeyond(upper, Long.MIN_VALUE))) {
      return AnyOf.NOTHING;
    }
    lower = lower == null ? null : inclusive(lower, 1);
    upper = upper == null ? null : inclusive(upper, -1);
    if (lower != null && upper != null) {
      int order = FilterOrder.VALUES.compare(lower.value(), upper.value());
      boolean bothInclusive = lower.inclusive() && upper.inclusive();
      if (order > 0 || (order == 0 && !bothInclusive)) {
        return AnyOf.NOTHING;
      }
      if (order == 0) {
        return new In(field, List.of(lower.value()));
      }
    }
    return new InRange(field, lower, upper);
  }

  /** Returns whether an end excludes the last value that there is. */
  private static boolean isBeyond(Bound bound, long last) {
    return !bound.inclusive() && isDiscrete(bound) && key(bound) == last;
  }

  private static Bound inclusive(Bound bound, int step) {
    if (bound.inclusive() || !isDiscrete(bound)) {
      return bound;
    }
    FieldType type = bound.value().type();
    return new Bound(FieldValue.ofKey(type, key(bound) + step), true);
  }

  private static boolean isDiscrete(Bound bound) {
    // Numbers of 64 bits have neighbours too, but these would be hard to read in a text.
    return bound.value() instanceof FieldValue.Whole || bound.value() instanceof FieldValue.Moment;
  }

  private static long key(Bound bound) {
    return ((FieldValue.Keyed) bound.value()).key();
  }

  private static InRange intersection(InRange one, InRange other) {
    return new InRange(
        one.field(),
        tighter(one.lower(), other.lower(), 1),
        tighter(one.upper(), other.upper(), -1));
  }

  /**
   * Returns the end that admits less.
   *
   * @param sign 1 for lower ends, −1 for upper ends
   */
  private static @Nullable Bound tighter(@Nullable Bound one, @Nullable Bound other, int sign) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    int order = sign * FilterOrder.VALUES.compare(one.value(), other.value());
    if (order == 0) {
      return one.inclusive() ? other : one;
    }
    return order > 0 ? one : other;
  }

  private boolean isSingle(String field) {
    return schema.require(field).type() != FieldType.STRING_LIST;
  }
}
