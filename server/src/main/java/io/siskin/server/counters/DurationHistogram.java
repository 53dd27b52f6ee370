package io.siskin.server.counters;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts durations by size, from 10 µs to 10 s. Safe for concurrent use. */
public final class DurationHistogram {
  /** The upper bounds of the sizes in nanoseconds, inclusive, ascending: 1, 2.5 and 5 a decade. */
  public static final List<Long> BOUNDS_NANOS =
      List.of(
          10_000L,
          25_000L,
          50_000L,
          100_000L,
          250_000L,
          500_000L,
          1_000_000L,
          2_500_000L,
          5_000_000L,
          10_000_000L,
          25_000_000L,
          50_000_000L,
          100_000_000L,
          250_000_000L,
          500_000_000L,
          1_000_000_000L,
          2_500_000_000L,
          5_000_000_000L,
          10_000_000_000L);

  private static final long[] BOUNDS = BOUNDS_NANOS.stream().mapToLong(Long::longValue).toArray();

  // One more than bounds: the last is for what is longer than all of them.
  private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
  private final LongAdder totalNanos = new LongAdder();

  /** Creates zeros. */
  public DurationHistogram() {
    Arrays.setAll(counts, size -> new LongAdder());
  }

  /**
   * What was counted.
   *
   * @param counts how many durations had each size, by the index of its bound; the last are longer
   *     than all bounds
   * @param totalNanos their sum in nanoseconds
   */
  public record Counts(List<Long> counts, long totalNanos) {
    /** Copies the list. */
    public Counts {
      counts = List.copyOf(counts);
    }

    /** Returns how many durations there were. */
    public long count() {
      return counts.stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * Counts a duration.
   *
   * @param nanos nanoseconds; below 0 counts as 0
   */
  public void add(long nanos) {
    long length = Math.max(nanos, 0);
    int found = Arrays.binarySearch(BOUNDS, length);
    counts[found >= 0 ? found : -found - 1].increment();
    totalNanos.add(length);
  }

  /** Returns what was counted so far. */
  public Counts counts() {
    return new Counts(Arrays.stream(counts).map(LongAdder::sum).toList(), totalNanos.sum());
  }
}
