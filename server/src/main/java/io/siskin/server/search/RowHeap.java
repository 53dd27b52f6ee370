package io.siskin.server.search;

import java.util.Arrays;

/**
 * A heap of rows with their scores, each in one number: the larger it is, the better is the row. A
 * row is better by its score, then by a smaller number. The least number is on top. Used by one
 * thread; it grows and is used again.
 */
final class RowHeap {
  private long[] keys = new long[64];
  private int size;

  /**
   * Returns the number of a row with a score.
   *
   * @param score its score, not NaN
   * @param row its number, 0 or more
   */
  static long key(float score, int row) {
    // Adding 0 makes one zero of both.
    int bits = Float.floatToRawIntBits(score + 0f);
    int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    return (long) ordered << Integer.SIZE | Integer.toUnsignedLong(~row);
  }

  /**
   * Returns the score of a key.
   *
   * @param key from {@link #key}
   */
  static float score(long key) {
    int ordered = (int) (key >> Integer.SIZE);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & Integer.MAX_VALUE));
  }

  /**
   * Returns the row of a key.
   *
   * @param key from {@link #key}
   */
  static int row(long key) {
    return ~(int) key;
  }

  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  /** Returns the least key. There is one. */
  long least() {
    return keys[0];
  }

  /** Returns a key, in no order that matters. */
  long key(int index) {
    assert index < size : index;
    return keys[index];
  }

  void add(long key) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (keys[parent] <= key) {
        break;
      }
      keys[at] = keys[parent];
      at = parent;
    }
    keys[at] = key;
  }

  /** Takes the least key out. There is one. */
  long removeLeast() {
    long least = keys[0];
    long last = keys[--size];
    if (size > 0) {
      sink(last);
    }
    return least;
  }

  /** Takes the least key out and adds one that is larger. */
  void replaceLeast(long key) {
    sink(key);
  }

  private void sink(long key) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && keys[child + 1] < keys[child]) {
        child++;
      }
      if (keys[child] >= key) {
        break;
      }
      keys[at] = keys[child];
      at = child;
    }
    keys[at] = key;
  }
}
