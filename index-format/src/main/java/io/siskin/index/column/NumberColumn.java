package io.siskin.index.column;

import io.siskin.index.document.DocumentSet;

/**
 * A column of values that have an order key: whole numbers, numbers, flags and instants. See {@link
 * io.siskin.index.document.FieldValue.Keyed#key}.
 */
public non-sealed interface NumberColumn extends Column {
  /**
   * Adds the documents whose key is in a range.
   *
   * @param minKey the smallest key of the range
   * @param maxKey the largest key of the range; no document is added if it is below {@code minKey}
   * @param target receives the documents; made for {@link #documentCount} documents or more
   */
  void addInRange(long minKey, long maxKey, DocumentSet.Builder target);

  /**
   * Returns whether a document has a value.
   *
   * @param document 0 to {@link #documentCount} − 1
   */
  boolean has(int document);

  /**
   * Returns the key of the value of a document.
   *
   * @param document 0 to {@link #documentCount} − 1; {@link #has} is true for it. For other
   *     documents the result means nothing
   */
  long value(int document);
}
