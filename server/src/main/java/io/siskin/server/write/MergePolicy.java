package io.siskin.server.write;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses which segments of a collection are rewritten into one.
 *
 * <p>Only neighbours are merged, so that the order of segments stays the order of indexing.
 * Segments are put into tiers by their live documents: each tier holds segments {@value
 * #TIER_FACTOR} times as large as the one below. As soon as {@value #TIER_FACTOR} neighbours are in
 * one tier or below, they are merged. So a document is rewritten about once per tier, and the
 * number of segments grows with the logarithm of the collection. This is the tiered policy of
 * log-structured merge trees (O'Neil, Cheng, Gawlick, O'Neil, 1996), on neighbours.
 *
 * <p>A segment of which more than {@value #DELETED_PERCENT_MAX} % is deleted is rewritten by
 * itself.
 *
 * <p>Immutable; safe for concurrent use.
 */
public final class MergePolicy {
  /** How many neighbours of a tier are merged, and how much larger each tier is. */
  static final int TIER_FACTOR = 4;

  /** The largest share of deleted documents that is left alone, in percent. */
  static final int DELETED_PERCENT_MAX = 20;

  /** How many segments a collection keeps that is not written. */
  static final int IDLE_SEGMENTS_MAX = 3;

  /**
   * The largest share of its documents that a collection which is not written keeps outside of its
   * largest segment, in percent. Small segments are searched exactly, and each costs something, so
   * a larger share would be felt. A smaller one would have everything rewritten for few documents.
   */
  static final int IDLE_REST_PERCENT_MAX = 10;

  private final long tierZero;
  private final long documentsMax;

  /**
   * Makes a policy.
   *
   * @param tierZero the largest number of live documents of a segment of the lowest tier, 1 or more
   * @param documentsMax the most documents that a merged segment may have
   */
  public MergePolicy(long tierZero, long documentsMax) {
    this.tierZero = tierZero;
    this.documentsMax = documentsMax;
  }

  /**
   * The size of a segment.
   *
   * @param documentCount its documents, deleted ones included
   * @param liveCount its documents that are not deleted
   */
  public record Size(long documentCount, long liveCount) {}

  /**
   * Neighbouring segments that are rewritten into one.
   *
   * @param from the first one
   * @param to the one after the last
   */
  public record Range(int from, int to) {}

  /**
   * Returns what to merge next in a collection that is being written.
   *
   * @param segments the segments, in the order of indexing
   * @return null when nothing needs to be merged
   */
  public @Nullable Range choose(List<Size> segments) {
    int highest = segments.stream().mapToInt(size -> tier(size.liveCount)).max().orElse(0);
    for (int tier = 0; tier <= highest; tier++) {
      Range run = run(segments, tier);
      if (run != null) {
        return run;
      }
    }
    return mostDeleted(segments);
  }

  /**
   * Returns what to merge next in a collection that nobody writes: all of it, when more than
   * {@value #IDLE_REST_PERCENT_MAX} % of it is outside of its largest segment; else the smallest
   * neighbours, until {@value #IDLE_SEGMENTS_MAX} segments are left.
   *
   * @param segments the segments, in the order of indexing
   * @return null when nothing needs to be merged
   */
  public @Nullable Range chooseIdle(List<Size> segments) {
    Range needed = choose(segments);
    if (needed != null) {
      return needed;
    }
    long all = live(segments, 0, segments.size());
    long largest = segments.stream().mapToLong(Size::liveCount).max().orElse(0);
    if (100 * (all - largest) > IDLE_REST_PERCENT_MAX * all && all <= documentsMax) {
      return new Range(0, segments.size());
    }
    int length = segments.size() - IDLE_SEGMENTS_MAX + 1;
    if (length < 2) {
      return null;
    }
    Range smallest = null;
    long smallestCount = Long.MAX_VALUE;
    for (int from = 0; from + length <= segments.size(); from++) {
      long count = live(segments, from, from + length);
      if (count < smallestCount && count <= documentsMax) {
        smallest = new Range(from, from + length);
        smallestCount = count;
      }
    }
    return smallest;
  }

  /**
   * Returns what makes a collection compact.
   *
   * @param segments the segments, in the order of indexing
   * @return null when it is: it has at most one segment, and nothing of that is deleted
   */
  public @Nullable Range chooseAll(List<Size> segments) {
    boolean isCompact =
        segments.isEmpty()
            || (segments.size() == 1
                && segments.getFirst().liveCount == segments.getFirst().documentCount);
    return isCompact || live(segments, 0, segments.size()) > documentsMax
        ? null
        : new Range(0, segments.size());
  }

  /** Returns the last run of neighbours of a tier or below in which enough are of the tier. */
  private @Nullable Range run(List<Size> segments, int tier) {
    int to = segments.size();
    while (to > 0) {
      int from = to;
      int ofTier = 0;
      while (from > 0 && tier(segments.get(from - 1).liveCount) <= tier) {
        from--;
        ofTier += tier(segments.get(from).liveCount) == tier ? 1 : 0;
      }
      if (ofTier >= TIER_FACTOR && live(segments, from, to) <= documentsMax) {
        return new Range(from, to);
      }
      to = from == to ? to - 1 : from;
    }
    return null;
  }

  private static @Nullable Range mostDeleted(List<Size> segments) {
    for (int i = segments.size() - 1; i >= 0; i--) {
      Size size = segments.get(i);
      long deleted = size.documentCount - size.liveCount;
      if (100 * deleted > DELETED_PERCENT_MAX * size.documentCount) {
        return new Range(i, i + 1);
      }
    }
    return null;
  }

  private int tier(long liveCount) {
    int tier = 0;
    for (long limit = tierZero;
        liveCount > limit && limit <= Long.MAX_VALUE / TIER_FACTOR;
        tier++) {
      limit *= TIER_FACTOR;
    }
    return tier;
  }

  private static long live(List<Size> segments, int from, int to) {
    long live = 0;
    for (Size size : segments.subList(from, to)) {
      live += size.liveCount;
    }
    return live;
  }
}
