package io.siskin.server.retrieve;

import io.siskin.server.filter.Filter;
import java.util.List;

/** Which documents of a collection are meant. */
public sealed interface Selection {
  /** All of them. */
  record All() implements Selection {}

  /**
   * Those of some ids.
   *
   * @param ids the ids, 1 to 10,000
   */
  record Ids(List<String> ids) implements Selection {}

  /**
   * Those that a filter admits.
   *
   * @param filter the filter, not yet checked against the schema
   */
  record Matching(Filter filter) implements Selection {}

  /**
   * Those that a filter admits which came as text, to be read by the collection's schema.
   *
   * @param expression the filter in the grammar of {@code docs/filters.md}
   */
  record Expression(String expression) implements Selection {}
}
