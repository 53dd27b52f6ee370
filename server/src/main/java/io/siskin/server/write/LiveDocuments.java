package io.siskin.server.write;

import io.siskin.index.document.DocumentSet;
import org.jspecify.annotations.Nullable;

/**
 * The documents of one segment that are not deleted, while documents come and go. A set of them is
 * made only when somebody asks for it, so that what many writes change is copied once.
 *
 * <p>Used by the writer's thread; the sets may be shared.
 */
final class LiveDocuments {
  private final DocumentSet.Builder builder;

  /** What the builder holds; null when that has changed since it was asked for. */
  private @Nullable DocumentSet set;

  /**
   * Begins with some documents.
   *
   * @param live the documents that are not deleted now
   */
  LiveDocuments(DocumentSet live) {
    this.builder = live.toBuilder();
    this.set = live;
  }

  /**
   * Returns whether a document is not deleted.
   *
   * @param number its number
   */
  boolean contains(int number) {
    return builder.contains(number);
  }

  /**
   * Adds the documents up to a number.
   *
   * @param documentCount how many documents the segment has now, deleted ones included
   */
  void extendTo(int documentCount) {
    builder.extendTo(documentCount);
    set = null;
  }

  /**
   * Deletes a document.
   *
   * @param number its number
   */
  void delete(int number) {
    builder.remove(number);
    set = null;
  }

  /** Returns the documents that are not deleted now. */
  DocumentSet set() {
    DocumentSet known = set;
    if (known == null) {
      known = builder.build();
      set = known;
    }
    return known;
  }
}
