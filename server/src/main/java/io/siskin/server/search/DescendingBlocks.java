package io.siskin.server.search;

/**
 * Posting blocks in descending order of their summaries' sums, ties by block number: a heap that is
 * sorted no further than it is read, because few of a list's blocks are visited before the rest is
 * known to be worse.
 *
 * <p>Scratch of one evaluator.
 */
final class DescendingBlocks {
  /** Sum in the high half, complement of the block number in the low half; largest on top. */
  private final long[] heap;

  private int size;

  DescendingBlocks(int blockCountMax) {
    this.heap = new long[blockCountMax];
  }

  /** Returns about how many bytes of heap it takes. */
  long heapBytes() {
    return (long) Long.BYTES * heap.length;
  }

  /** Takes over the selected blocks: linear in their number. */
  void fill(int[] blocks, int count, int[] sums) {
    size = count;
    for (int i = 0; i < count; i++) {
      heap[i] = ((long) sums[blocks[i]] << Integer.SIZE) | (~blocks[i] & 0xFFFFFFFFL);
    }
    for (int at = count / 2 - 1; at >= 0; at--) {
      siftDown(at, heap[at]);
    }
  }

  /** Removes the best block that is left and returns its number; there must be one. */
  int removeFirst() {
    int first = ~(int) heap[0];
    siftDown(0, heap[--size]);
    return first;
  }

  private void siftDown(int from, long key) {
    int at = from;
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1] > heap[child]) {
        child++;
      }
      if (heap[child] <= key) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = key;
  }
}
