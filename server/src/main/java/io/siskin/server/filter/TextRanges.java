package io.siskin.server.filter;

import io.siskin.index.column.TextColumn;
import io.siskin.index.document.FieldValue;
import io.siskin.server.filter.Filter.Bound;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts that a condition admits: ranges of bytes of UTF-8 in ascending order, which do not overlap.
 *
 * <p>Immutable and safe to share.
 */
final class TextRanges {
  private static final byte[] FIRST = {};

  /**
   * A range.
   *
   * @param from the first text that lies in it
   * @param to the first text after it, or null if it has no end
   */
  record Range(byte[] from, byte @Nullable [] to) {}

  private final List<Range> ranges;

  private TextRanges(List<Range> ranges) {
    this.ranges = List.copyOf(ranges);
  }

  /**
   * Returns single texts.
   *
   * @param values texts, in any order
   */
  static TextRanges ofValues(List<FieldValue> values) {
    List<Range> ranges = new ArrayList<>(values.size());
    for (FieldValue value : values) {
      byte[] text = utf8(value);
      ranges.add(new Range(text, TextColumn.successor(text)));
    }
    ranges.sort((one, other) -> Arrays.compareUnsigned(one.from, other.from));
    return new TextRanges(ranges);
  }

  /**
   * Returns the texts between two ends.
   *
   * @param lower the lower end, or null for none
   * @param upper the upper end, or null for none
   */
  static TextRanges between(@Nullable Bound lower, @Nullable Bound upper) {
    byte[] from = FIRST;
    if (lower != null) {
      byte[] text = utf8(lower.value());
      from = lower.inclusive() ? text : TextColumn.successor(text);
    }
    byte[] to = null;
    if (upper != null) {
      byte[] text = utf8(upper.value());
      to = upper.inclusive() ? TextColumn.successor(text) : text;
    }
    return new TextRanges(
        to != null && Arrays.compareUnsigned(from, to) >= 0
            ? List.of()
            : List.of(new Range(from, to)));
  }

  /**
   * Returns the texts that begin with a prefix.
   *
   * @param prefix the prefix; every text begins with the empty one
   */
  static TextRanges startingWith(String prefix) {
    byte[] bytes = prefix.getBytes(StandardCharsets.UTF_8);
    return new TextRanges(List.of(new Range(bytes, TextColumn.endOfPrefix(bytes))));
  }

  private static byte[] utf8(FieldValue value) {
    return ((FieldValue.Text) value).value().getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the ranges. */
  List<Range> ranges() {
    return ranges;
  }

  /** Returns whether a text lies in one of the ranges. */
  boolean contains(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int low = 0;
    int high = ranges.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(ranges.get(middle).from, bytes) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == 0) {
      return false;
    }
    byte[] end = ranges.get(low - 1).to;
    return end == null || Arrays.compareUnsigned(bytes, end) < 0;
  }
}
