package io.siskin.server.search;

import io.siskin.index.dense.DenseField;
import io.siskin.index.dense.DenseQuery;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.Ranges;
import io.siskin.index.segment.IndexingOrder;
import org.jspecify.annotations.Nullable;

/**
 * Finds the documents with the best dense scores by scoring all of them: those of one segment after
 * another. It is exact, and its time is that of reading the rows.
 *
 * <p>Documents are in descending order of scores. Equal scores are in the order of indexing.
 * Documents without a vector of the field are never found. Scores may be negative.
 *
 * <p>Used by one thread. Nothing is allocated per document.
 */
public final class DenseScan {
  private static final int K_MAX = 10_000;
  private static final int DOCUMENTS_PER_CHECK = 64;

  /** A heap whose first key is the worst. A greater key is a better document. */
  private final long[] heap;

  private int size;

  /**
   * Makes a scan that has found nothing yet.
   *
   * @param k how many documents are kept, 1 to 10,000
   */
  public DenseScan(int k) {
    this.heap = new long[Ranges.check("k", k, 1, K_MAX)];
  }

  /**
   * Scores the documents of one segment.
   *
   * @param field the field in the segment
   * @param query the query, of the same field
   * @param documentCount the number of documents of the segment
   * @param accepted the documents that may be found; null for all
   * @param documentBase how many documents the segments before have
   * @param order the order of indexing; null if documents are numbered in it
   * @param cancellation asked now and then
   */
  public void scan(
      DenseField field,
      DenseQuery query,
      int documentCount,
      @Nullable DocumentSet accepted,
      int documentBase,
      @Nullable IndexingOrder order,
      Cancellation cancellation) {
    int scored = 0;
    for (int document = next(accepted, 0, documentCount);
        document != DocumentSet.NONE;
        document = next(accepted, document + 1, documentCount)) {
      if (scored++ % DOCUMENTS_PER_CHECK == 0) {
        cancellation.check();
      }
      if (field.vectorCount(document) > 0) {
        int ordinal = order == null ? document : order.ordinal(document);
        offer(key(field.score(query, document), documentBase + ordinal));
      }
    }
  }

  private static int next(@Nullable DocumentSet accepted, int from, int documentCount) {
    if (accepted != null) {
      return accepted.next(from);
    }
    return from < documentCount ? from : DocumentSet.NONE;
  }

  /**
   * Returns a key that is greater for a greater score, and for equal scores greater for a smaller
   * position. The bits of a float ascend with it, if those below the sign of a negative one are
   * turned round.
   */
  private static long key(float score, int position) {
    // An addition makes 0 of −0.
    int bits = Float.floatToRawIntBits(score + 0f);
    return (long) turned(bits) << Integer.SIZE | (~position & 0xFFFFFFFFL);
  }

  private static int turned(int bits) {
    return bits ^ ((bits >> (Integer.SIZE - 1)) & Integer.MAX_VALUE);
  }

  private void offer(long key) {
    if (size < heap.length) {
      int at = size++;
      while (at > 0 && heap[(at - 1) / 2] > key) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
      }
      heap[at] = key;
    } else if (key > heap[0]) {
      sinkFromTop(key);
    }
  }

  private void sinkFromTop(long key) {
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

  /** Returns how many documents are found so far, at most k. */
  public int size() {
    return size;
  }

  /**
   * Hands out the documents, best first, and forgets them.
   *
   * @param positions receives {@link #size} positions: the documents before the segment plus the
   *     ordinal in the segment
   * @param scores receives as many scores
   * @return how many
   */
  public int drain(int[] positions, float[] scores) {
    int count = size;
    for (int i = count - 1; i >= 0; i--) {
      long worst = heap[0];
      positions[i] = ~(int) worst;
      scores[i] = Float.intBitsToFloat(turned((int) (worst >> Integer.SIZE)));
      size--;
      if (size > 0) {
        sinkFromTop(heap[size]);
      }
    }
    return count;
  }
}
