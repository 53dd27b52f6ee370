package io.siskin.server.rpc.mapping;

import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.FieldValue;
import io.siskin.proto.v1.FilterList;
import io.siskin.proto.v1.RangeCondition;
import io.siskin.proto.v1.ValueCondition;
import io.siskin.server.filter.Filter;
import io.siskin.server.retrieve.Selector;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The translation of filters. It checks what only a message can break, such as a condition that is
 * not set, and how much there is of it. Whether a filter fits the schema is found out where the
 * schema is known.
 */
final class FilterMapper {
  private FilterMapper() {}

  /**
   * Translates a filter.
   *
   * @param path its path in the request
   * @param message the filter
   * @throws InvalidInputException when something in it is not set or too much
   */
  static Selector selector(String path, io.siskin.proto.v1.Filter message) {
    return new Selector.Matching(toDomain(path, message, 1));
  }

  private static Filter toDomain(String path, io.siskin.proto.v1.Filter message, int depth) {
    if (depth > Filter.DEPTH_MAX) {
      throw new InvalidInputException(
          path, "nested " + depth + " deep", "at most " + Filter.DEPTH_MAX + " deep");
    }
    return switch (message.getConditionCase()) {
      case ALL_OF -> new Filter.AllOf(filters(path + ".all_of.filters", message.getAllOf(), depth));
      case ANY_OF -> new Filter.AnyOf(filters(path + ".any_of.filters", message.getAnyOf(), depth));
      case NOT -> new Filter.Not(toDomain(path + ".not", message.getNot(), depth + 1));
      case IN -> in(path + ".in", message.getIn());
      case RANGE -> range(path + ".range", message.getRange());
      case EXISTS -> new Filter.Exists(message.getExists());
      case PREFIX ->
          new Filter.Prefix(message.getPrefix().getField(), message.getPrefix().getPrefix());
      case CONDITION_NOT_SET -> throw new InvalidInputException(path, "not set", "a condition");
    };
  }

  private static List<Filter> filters(String path, FilterList message, int depth) {
    checkCount(path, message.getFiltersCount(), Filter.CONDITION_COUNT_MAX, "conditions");
    List<Filter> filters = new ArrayList<>(message.getFiltersCount());
    for (int i = 0; i < message.getFiltersCount(); i++) {
      filters.add(toDomain(path + "[" + i + "]", message.getFilters(i), depth + 1));
    }
    return filters;
  }

  private static Filter in(String path, ValueCondition message) {
    checkCount(path + ".values", message.getValuesCount(), Filter.VALUE_COUNT_MAX, "values");
    List<io.siskin.index.document.FieldValue> values = new ArrayList<>(message.getValuesCount());
    for (int i = 0; i < message.getValuesCount(); i++) {
      values.add(FieldMapper.toDomain(path + ".values[" + i + "]", message.getValues(i)));
    }
    return new Filter.In(message.getField(), values);
  }

  private static Filter range(String path, RangeCondition message) {
    Filter.Bound lower =
        switch (message.getLowerCase()) {
          case GTE -> bound(path + ".gte", message.getGte(), true);
          case GT -> bound(path + ".gt", message.getGt(), false);
          case LOWER_NOT_SET -> null;
        };
    Filter.Bound upper =
        switch (message.getUpperCase()) {
          case LTE -> bound(path + ".lte", message.getLte(), true);
          case LT -> bound(path + ".lt", message.getLt(), false);
          case UPPER_NOT_SET -> null;
        };
    return new Filter.InRange(message.getField(), lower, upper);
  }

  private static Filter.@Nullable Bound bound(String path, FieldValue value, boolean inclusive) {
    return new Filter.Bound(FieldMapper.toDomain(path, value), inclusive);
  }

  private static void checkCount(String path, int count, int max, String what) {
    if (count > max) {
      throw new InvalidInputException(path, count + " " + what, "at most " + max + " " + what);
    }
  }
}
