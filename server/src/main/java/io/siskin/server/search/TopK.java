package io.siskin.server.search;

/**
 * The k best documents seen so far, in the total order of all evaluators: score descending, then
 * document number ascending.
 *
 * <p>A binary heap of longs, worst on top: the score's bits in the high half (scores are above
 * zero, so their bits order as they do) and the complement of the document number in the low half.
 * One comparison of two longs is the whole order, and nothing is allocated after construction.
 *
 * <p>What the threshold means: {@link #threshold} is the k-th best score, or 0 while fewer than k
 * are known. A document whose score is below it can never enter; one whose score equals it enters
 * if its number is smaller. So a block may be skipped only if its bound is strictly below the
 * threshold, whatever the order in which blocks are visited.
 *
 * <p>Used by one thread; {@link #reset} makes it ready for another query.
 */
public final class TopK {
  private long[] heap;
  private int k;
  private int size;
  private float threshold;

  /**
   * Makes a heap.
   *
   * @param k how many documents are kept, 1 or more
   */
  public TopK(int k) {
    this.heap = new long[k];
    this.k = k;
  }

  /**
   * Forgets everything.
   *
   * @param newK how many documents are kept from now on, 1 or more
   */
  public void reset(int newK) {
    if (newK > heap.length) {
      heap = new long[newK];
    }
    k = newK;
    size = 0;
    threshold = 0;
  }

  /**
   * Offers a document.
   *
   * @param score its score, above 0
   * @param documentNumber its number, unique among all that are offered
   * @return whether it is among the k best so far
   */
  public boolean offer(float score, int documentNumber) {
    assert score > 0 : score;
    if (score < threshold) {
      return false;
    }
    long key = ((long) Float.floatToRawIntBits(score) << 32) | (~documentNumber & 0xFFFFFFFFL);
    if (size < k) {
      siftUp(size++, key);
      threshold = size == k ? scoreOf(heap[0]) : 0;
      return true;
    }
    if (key <= heap[0]) {
      return false;
    }
    siftDown(key);
    threshold = scoreOf(heap[0]);
    return true;
  }

  /** Returns the k-th best score, or 0 while fewer than k documents are known. */
  public float threshold() {
    return threshold;
  }

  /** Returns how many documents are known, at most k. */
  public int size() {
    return size;
  }

  /** Returns the k of construction or of the last reset. */
  public int k() {
    return k;
  }

  /**
   * Hands out the documents, best first, and leaves the heap empty.
   *
   * @param documentNumbers receives {@link #size} numbers
   * @param scores receives as many scores
   * @return how many there were
   */
  public int drain(int[] documentNumbers, float[] scores) {
    int count = size;
    for (int i = count - 1; i >= 0; i--) {
      long worst = heap[0];
      documentNumbers[i] = documentOf(worst);
      scores[i] = scoreOf(worst);
      long last = heap[--size];
      if (size > 0) {
        siftDown(last);
      }
    }
    threshold = 0;
    return count;
  }

  private static float scoreOf(long key) {
    return Float.intBitsToFloat((int) (key >>> 32));
  }

  private static int documentOf(long key) {
    return ~(int) key;
  }

  private void siftUp(int from, long key) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (heap[parent] <= key) {
        break;
      }
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = key;
  }

  private void siftDown(long key) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= key) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = key;
  }
}
