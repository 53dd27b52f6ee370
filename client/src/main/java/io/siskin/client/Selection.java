package io.siskin.client;

import java.util.List;

/** Which documents of a collection are meant. Immutable; made by one of the static methods. */
public sealed interface Selection {
  /** All documents. */
  record All() implements Selection {}

  /**
   * The documents of some ids.
   *
   * @param ids 1 to 10,000 ids
   */
  record Ids(List<String> ids) implements Selection {
    /** Copies the list. */
    public Ids {
      ids = List.copyOf(ids);
    }
  }

  /**
   * The documents that a filter admits.
   *
   * @param filter the filter
   */
  record Matching(Filter filter) implements Selection {}

  /**
   * The documents that a filter admits which is written as text.
   *
   * @param expression the filter in the grammar of docs/filters.md, for example {@code year >= 2020
   *     and lang in ("en", "fr")}
   */
  record Expression(String expression) implements Selection {}

  /** Selects all documents. */
  static Selection all() {
    return new All();
  }

  /**
   * Selects documents by their ids. For deletions only.
   *
   * @param ids 1 to 10,000 ids
   */
  static Selection ids(String... ids) {
    return new Ids(List.of(ids));
  }

  /**
   * Selects documents by a filter.
   *
   * @param filter the filter
   */
  static Selection where(Filter filter) {
    return new Matching(filter);
  }

  /**
   * Selects documents by a filter that is written as text.
   *
   * @param expression the filter in the grammar of docs/filters.md
   */
  static Selection where(String expression) {
    return new Expression(expression);
  }
}
