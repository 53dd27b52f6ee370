package io.siskin.server.collection;

import io.siskin.index.error.Ranges;

/**
 * When the writes of a collection become durable and visible.
 *
 * @param sync when its log is forced to the disk
 * @param refreshIntervalMillis how long a write takes at most to become visible to searches, 10 to
 *     600,000 milliseconds
 */
public record WriteOptions(Sync sync, int refreshIntervalMillis) {
  /** Forced before each answer, visible after a second. */
  public static final WriteOptions DEFAULTS = new WriteOptions(new Sync.EveryBatch(), 1_000);

  /** Checks the range. */
  public WriteOptions {
    Ranges.check("refresh interval in milliseconds", refreshIntervalMillis, 10, 600_000);
  }

  /** When the log of a collection is forced to the disk. */
  public sealed interface Sync {
    /** Before each answer. A write that was answered survives a loss of power. */
    record EveryBatch() implements Sync {}

    /**
     * At an interval. A write that was answered survives the end of the process; a loss of power
     * may take what was answered in one interval.
     *
     * @param intervalMillis how often, 1 to 60,000 milliseconds
     */
    record Interval(int intervalMillis) implements Sync {
      /** Checks the range. */
      public Interval {
        Ranges.check("sync interval in milliseconds", intervalMillis, 1, 60_000);
      }
    }

    /** Never, but when segments are committed. The operating system writes it when it likes. */
    record None() implements Sync {}
  }
}
