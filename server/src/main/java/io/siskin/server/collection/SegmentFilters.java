package io.siskin.server.collection;

import io.siskin.server.filter.FilterCache;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the filters of searches have found in one segment, once somebody filters.
 *
 * <p>Safe for concurrent use.
 */
public final class SegmentFilters {
  private final AtomicReference<FilterCache.@Nullable OfSegment> opened =
      new AtomicReference<>(null);

  /**
   * Returns the place of the segment in a cache.
   *
   * @param cache the cache, always the same
   */
  public FilterCache.OfSegment in(FilterCache cache) {
    while (true) {
      FilterCache.OfSegment found = opened.get();
      if (found != null) {
        return found;
      }
      opened.compareAndSet(null, cache.openSegment());
    }
  }

  /** Returns about how many bytes of heap what was found takes. */
  public long heapBytes() {
    FilterCache.OfSegment found = opened.get();
    return found == null ? 0 : found.heapBytes();
  }

  /** Drops what was found. */
  public void close() {
    FilterCache.OfSegment found = opened.get();
    if (found != null) {
      found.close();
    }
  }
}
