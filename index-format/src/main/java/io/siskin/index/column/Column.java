package io.siskin.index.column;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import org.jspecify.annotations.Nullable;

/**
 * The values of one declared field in the documents 0 to n − 1 of one segment.
 *
 * <p>Reading takes no lock, and several threads may read at once. The columns of a mapped segment
 * are views of its memory: the one who reads holds a reference to the segment.
 */
public sealed interface Column permits NumberColumn, TextColumn {
  /** Returns the type of the values. */
  FieldType type();

  /** Returns the number of documents: document numbers are below it. */
  int documentCount();

  /**
   * Adds the documents that have a value. An empty list of texts is a value.
   *
   * @param target receives them; made for {@link #documentCount} documents or more
   */
  void addPresent(DocumentSet.Builder target);

  /**
   * Returns the value of a document, or null if it has none.
   *
   * @param document 0 to {@link #documentCount} − 1
   */
  @Nullable FieldValue fieldValue(int document);
}
