package io.siskin.server.search;

import io.siskin.index.segment.IndexingOrder;
import org.jspecify.annotations.Nullable;

/**
 * A segment that still takes documents, as one snapshot sees it: with the number of documents that
 * were there when the snapshot was made. It is searched exactly, and its documents are numbered in
 * the order of indexing. Its scores are true at once, unless {@link #scoreErrorMax} says otherwise.
 *
 * <p>A later snapshot sees more documents, so this object is made anew for each. Its searchers
 * belong to the segment behind it.
 */
public non-sealed interface GrowingSegment extends SearchableSegment {
  @Override
  default @Nullable IndexingOrder indexingOrder() {
    return null;
  }

  @Override
  default boolean supports(SearchMode mode) {
    return mode instanceof SearchMode.Exact;
  }

  @Override
  default double scoreErrorMax(SegmentQuery query) {
    return 0;
  }
}
