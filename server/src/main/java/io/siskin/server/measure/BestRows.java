package io.siskin.server.measure;

import java.util.Arrays;

/**
 * The best rows of one query so far, as a binary heap whose root is the worst of them. Better is a
 * higher score, then a lower row. For one thread.
 */
final class BestRows {
  private final int[] rows;
  private final double[] scores;
  private int size;

  BestRows(int capacity) {
    this.rows = new int[capacity];
    this.scores = new double[capacity];
  }

  /**
   * Returns a score that a row must exceed to enter, if its number is above those of all rows added
   * before; 0 until full, because only rows with a score above zero are answers.
   */
  double threshold() {
    return size < rows.length ? 0 : rows.length == 0 ? Double.POSITIVE_INFINITY : scores[0];
  }

  /**
   * Adds a row that was not added before; it enters only when it is better than the worst, or there
   * is room.
   */
  void add(int row, double score) {
    if (size < rows.length) {
      int at = size++;
      while (at > 0 && better(rows[(at - 1) / 2], scores[(at - 1) / 2], row, score)) {
        set(at, rows[(at - 1) / 2], scores[(at - 1) / 2]);
        at = (at - 1) / 2;
      }
      set(at, row, score);
    } else if (size > 0 && better(row, score, rows[0], scores[0])) {
      siftDown(row, score, size);
    }
  }

  /** Adds what another one holds. */
  void addAll(BestRows other) {
    for (int i = 0; i < other.size; i++) {
      add(other.rows[i], other.scores[i]);
    }
  }

  /** Sorts what is held, best first. Nothing may be added any more. */
  void sort() {
    for (int end = size - 1; end > 0; end--) {
      int worstRow = rows[0];
      double worstScore = scores[0];
      siftDown(rows[end], scores[end], end);
      set(end, worstRow, worstScore);
    }
  }

  int[] rows() {
    return Arrays.copyOf(rows, size);
  }

  double[] scores() {
    return Arrays.copyOf(scores, size);
  }

  /**
   * Puts an element at the root of the heap of the first {@code count} ones, in place of the one
   * there.
   */
  private void siftDown(int row, double score, int count) {
    int at = 0;
    for (int child = 1; child < count; child = 2 * at + 1) {
      if (child + 1 < count
          && better(rows[child], scores[child], rows[child + 1], scores[child + 1])) {
        child++; // the worse of both moves up
      }
      if (!better(row, score, rows[child], scores[child])) {
        break;
      }
      set(at, rows[child], scores[child]);
      at = child;
    }
    set(at, row, score);
  }

  private void set(int at, int row, double score) {
    rows[at] = row;
    scores[at] = score;
  }

  private static boolean better(int row, double score, int otherRow, double otherScore) {
    return score > otherScore || (score == otherScore && row < otherRow);
  }
}
