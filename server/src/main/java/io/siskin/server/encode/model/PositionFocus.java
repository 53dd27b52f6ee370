package io.siskin.server.encode.model;

import java.util.Arrays;

/** A lexical focus window: a position says only what it says most loudly. */
final class PositionFocus {
  private PositionFocus() {}

  /**
   * Keeps the strongest logits of a position and makes all others negative infinity.
   *
   * @param row the logits, changed in place
   * @param count how many stay, 1 or more; of equal ones those of lower index
   */
  static void keepStrongest(float[] row, int count) {
    if (count >= row.length) {
      return;
    }
    float[] sorted = row.clone();
    Arrays.sort(sorted);
    float least = sorted[sorted.length - count];
    int equalKept = 0;
    for (int i = sorted.length - count; i < sorted.length && sorted[i] == least; i++) {
      equalKept++;
    }
    for (int i = 0; i < row.length; i++) {
      if (row[i] < least || (row[i] == least && equalKept-- <= 0)) {
        row[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
