package io.siskin.server.filter;

import io.siskin.index.document.FieldValue;
import io.siskin.index.document.FieldValue.Keyed;
import io.siskin.server.filter.Filter.Bound;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Order keys that a condition admits: ranges in ascending order that neither overlap nor touch.
 *
 * <p>Immutable and safe to share.
 */
final class KeyRanges {
  private final long[] mins;
  private final long[] maxs;

  private KeyRanges(long[] mins, long[] maxs) {
    this.mins = mins;
    this.maxs = maxs;
  }

  /**
   * Returns the keys of values. Neighbours become one range.
   *
   * @param values values of one type, none of texts
   */
  static KeyRanges ofValues(List<FieldValue> values) {
    long[] keys =
        values.stream().mapToLong(value -> ((Keyed) value).key()).sorted().distinct().toArray();
    long[] mins = new long[keys.length];
    long[] maxs = new long[keys.length];
    int count = 0;
    for (long key : keys) {
      if (count > 0 && maxs[count - 1] + 1 == key) {
        maxs[count - 1] = key;
      } else {
        mins[count] = key;
        maxs[count++] = key;
      }
    }
    return new KeyRanges(Arrays.copyOf(mins, count), Arrays.copyOf(maxs, count));
  }

  /**
   * Returns the keys between two ends.
   *
   * @param lower the lower end, or null for none
   * @param upper the upper end, or null for none
   */
  static KeyRanges between(@Nullable Bound lower, @Nullable Bound upper) {
    long min = lower == null ? Long.MIN_VALUE : ((Keyed) lower.value()).key();
    long max = upper == null ? Long.MAX_VALUE : ((Keyed) upper.value()).key();
    boolean empty =
        (lower != null && !lower.inclusive() && min++ == Long.MAX_VALUE)
            || (upper != null && !upper.inclusive() && max-- == Long.MIN_VALUE)
            || min > max;
    return empty
        ? new KeyRanges(new long[0], new long[0])
        : new KeyRanges(new long[] {min}, new long[] {max});
  }

  /** Returns the number of ranges. */
  int count() {
    return mins.length;
  }

  /** Returns the smallest key of a range. */
  long min(int range) {
    return mins[range];
  }

  /** Returns the largest key of a range. */
  long max(int range) {
    return maxs[range];
  }

  /** Returns whether a key lies in one of the ranges. */
  boolean contains(long key) {
    int at = Arrays.binarySearch(mins, key);
    return at >= 0 || (at < -1 && key <= maxs[-at - 2]);
  }
}
