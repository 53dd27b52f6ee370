package io.siskin.server.counters;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** Counts shares, from 0 to 1, by size. Safe for concurrent use. */
public final class ShareHistogram {
  /** The upper bounds of the sizes, inclusive, ascending. They are close where recall matters. */
  public static final List<Double> BOUNDS =
      List.of(0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0);

  private static final double[] LIMITS = BOUNDS.stream().mapToDouble(Double::doubleValue).toArray();

  private final LongAdder[] counts = new LongAdder[LIMITS.length];
  private final DoubleAdder total = new DoubleAdder();

  /** Creates zeros. */
  public ShareHistogram() {
    Arrays.setAll(counts, size -> new LongAdder());
  }

  /**
   * What was counted.
   *
   * @param counts how many shares had each size, by the index of its bound
   * @param total their sum
   */
  public record Counts(List<Long> counts, double total) {
    /** Copies the list. */
    public Counts {
      counts = List.copyOf(counts);
    }

    /** Returns how many shares there were. */
    public long count() {
      return counts.stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * Counts a share.
   *
   * @param share 0 to 1
   */
  public void add(double share) {
    int found = Arrays.binarySearch(LIMITS, share);
    counts[found >= 0 ? found : -found - 1].increment();
    total.add(share);
  }

  /** Returns what was counted so far. */
  public Counts counts() {
    return new Counts(Arrays.stream(counts).map(LongAdder::sum).toList(), total.sum());
  }
}
