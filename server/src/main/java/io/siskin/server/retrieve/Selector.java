package io.siskin.server.retrieve;

import io.siskin.index.document.Schema;
import io.siskin.server.filter.Filter;
import io.siskin.server.filter.FilterParser;
import io.siskin.server.filter.Selection;
import java.util.List;

/** Which documents of a collection a caller means, before it is known what the collection is. */
public sealed interface Selector {
  /** All of them. */
  record All() implements Selector {}

  /**
   * Those of some ids.
   *
   * @param ids the ids, 1 to 10,000
   */
  record Ids(List<String> ids) implements Selector {}

  /**
   * Those that a filter admits.
   *
   * @param filter the filter, not yet checked against the schema
   */
  record Matching(Filter filter) implements Selector {}

  /**
   * Those that a filter admits which came as text, to be read by the collection's schema.
   *
   * @param expression the filter in the grammar of {@code docs/filters.md}
   */
  record Expression(String expression) implements Selector {}

  /**
   * Returns which documents are meant in a collection.
   *
   * @param schema the declared fields of the collection
   * @param tenant whose documents; empty for none
   * @throws io.siskin.index.error.InvalidInputException when the filter does not fit the schema;
   *     when the collection has tenants and none is named, or the other way round
   * @throws IllegalArgumentException for ids, which are no filter
   */
  default Selection resolve(Schema schema, String tenant) {
    return switch (this) {
      case All() -> Selection.of(null, tenant, schema);
      case Matching(Filter filter) -> Selection.of(filter, tenant, schema);
      case Expression(String expression) ->
          Selection.of(FilterParser.parse(expression, schema), tenant, schema);
      case Ids _ -> throw new IllegalArgumentException("ids are no filter");
    };
  }
}
