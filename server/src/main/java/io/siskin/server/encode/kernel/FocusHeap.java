package io.siskin.server.encode.kernel;

/**
 * The largest logits of a row as a binary heap of longs, the least of them on top: the value in the
 * upper half, so that longs order as values do, the complement of the term in the lower, so that of
 * equal values the lower term is the larger. What both implementations of {@link
 * PoolingKernel#raiseFocused} keep; the array is the caller's.
 */
final class FocusHeap {
  private static final int TERM_BITS = 32;

  private FocusHeap() {}

  /** Returns the entry of a logit, which is not NaN. */
  static long entry(float logit, int term) {
    return (long) ordered(logit) << TERM_BITS | (~term & 0xFFFF_FFFFL);
  }

  /** Adds an entry below those that are there. */
  static void add(long[] heap, int size, long entry) {
    int at = size;
    while (at > 0 && heap[(at - 1) >>> 1] > entry) {
      heap[at] = heap[(at - 1) >>> 1];
      at = (at - 1) >>> 1;
    }
    heap[at] = entry;
  }

  /** Puts an entry in the place of the least. */
  static void replaceLeast(long[] heap, int size, long entry) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= entry) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = entry;
  }

  /** Returns the least of the logits in it. */
  static float least(long[] heap) {
    return logit(heap[0]);
  }

  /** Raises the maxima to the logits in it. */
  static void raise(long[] heap, int size, float[] maxima) {
    for (int i = 0; i < size; i++) {
      int term = ~(int) heap[i];
      float logit = logit(heap[i]);
      if (logit > maxima[term]) {
        maxima[term] = logit;
      }
    }
  }

  /** Returns an int that orders as the float does; zeros of both signs are one. */
  private static int ordered(float logit) {
    int bits = Float.floatToRawIntBits(logit + 0f);
    return bits < 0 ? Integer.MIN_VALUE - bits : bits;
  }

  private static float logit(long entry) {
    int bits = (int) (entry >> TERM_BITS);
    return Float.intBitsToFloat(bits < 0 ? Integer.MIN_VALUE - bits : bits);
  }
}
