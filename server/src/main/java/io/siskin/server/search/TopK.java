package io.siskin.server.search;

import io.siskin.index.segment.IndexingOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The k best documents seen so far, in the total order of all evaluators: score descending, then
 * order of indexing.
 *
 * <p>A document's <em>position</em> in the order of indexing of the whole snapshot is the number of
 * documents in the segments before its own, plus its {@linkplain IndexingOrder ordinal}. {@link
 * #enter} says which segment is searched; {@link #offer} then turns document numbers into
 * positions. Where no document was reordered, positions are document numbers.
 *
 * <p>A document is one long: the score's bits in the high half (scores are above zero, so their
 * bits order as they do) and the complement of the position in the low half. One comparison of two
 * longs is the whole order, and nothing is allocated once it was as large.
 *
 * <p>A small k is kept in a binary heap, worst on top. For {@value #COUNTED_FROM} and more, where a
 * document that enters a heap is moved ten times, documents are appended, a {@link ScoreHistogram}
 * follows the k-th score, and what has fallen below it is dropped when the room is used up.
 *
 * <p>What the threshold means: {@link #threshold} is the k-th best score or, for a large k, a
 * little below it; 0 while fewer than k are known. A document whose score is below it can never
 * enter; one whose score equals it enters if its position is lower. So a block may be skipped only
 * if its bound is strictly below the threshold, whatever the order in which blocks are visited.
 *
 * <p>Scores may be estimates that are off by a known error. The heap then keeps, beside the k best
 * of them, all documents that may be among the k best of the true scores: the <em>candidates</em>.
 * The threshold is lower by as much, so evaluators need not know of it. See {@link
 * #lowestCandidate}.
 *
 * <p>Used by one thread; {@link #reset} makes it ready for another query.
 */
public final class TopK {
  /** Documents below the k-th that are kept between queries without giving their memory back. */
  private static final int NEAR_HELD_MAX = 1 << 16;

  private static final long[] NONE = new long[0];

  /** The smallest k that is not kept in a heap. */
  static final int COUNTED_FROM = 64;

  private long[] heap;

  /** What follows the k-th score when k is large; null for a heap. */
  private @Nullable ScoreHistogram histogram;

  /** Kept for the next large k. */
  private @Nullable ScoreHistogram spareHistogram;

  /** When k is large: keys up to this one are known not to be among the k best. */
  private long rejected;

  /**
   * Keys of documents that have left the heap or never entered it, and may yet be candidates; all
   * keys when k is large. In no order.
   */
  private long[] near = NONE;

  private int nearCount;
  private double errorMax;

  /** Orders the documents of the segment that is searched; null when it is that of numbers. */
  private @Nullable IndexingOrder order;

  /** The number of the first document of the segment that is searched. */
  private int documentBase;

  private int k;
  private int size;
  private float threshold;

  /**
   * Makes a heap.
   *
   * @param k how many documents are kept, 1 or more
   */
  public TopK(int k) {
    this.heap = NONE;
    reset(k, 0);
  }

  /**
   * Forgets everything.
   *
   * @param newK how many documents are kept from now on, 1 or more
   */
  public void reset(int newK) {
    reset(newK, 0);
  }

  /**
   * Forgets everything, and from now on takes scores that are estimates.
   *
   * @param newK how many documents are kept from now on, 1 or more
   * @param newErrorMax the most that a true score differs from the score offered, 0 or more; it
   *     also lies between half of that and three halves
   */
  public void reset(int newK, double newErrorMax) {
    k = newK;
    size = 0;
    threshold = 0;
    nearCount = 0;
    rejected = 0;
    errorMax = newErrorMax;
    enter(0, null);
    if (near.length > NEAR_HELD_MAX) {
      near = NONE;
    }
    histogram = null;
    if (newK >= COUNTED_FROM) {
      count(newK);
    } else if (newK > heap.length) {
      heap = new long[newK];
    }
  }

  private void count(int newK) {
    ScoreHistogram counts = spareHistogram == null ? new ScoreHistogram() : spareHistogram;
    counts.reset(newK);
    spareHistogram = counts;
    histogram = counts;
    if (near.length < 4 * newK) {
      near = new long[4 * newK];
    }
  }

  /**
   * Says of which segment documents are offered from now on.
   *
   * @param newDocumentBase the number of the segment's first document in the snapshot
   * @param newOrder the segment's order of indexing; null when documents are numbered in it
   */
  public void enter(int newDocumentBase, @Nullable IndexingOrder newOrder) {
    documentBase = newDocumentBase;
    order = newOrder;
  }

  /**
   * Offers a document.
   *
   * @param score its score, above 0
   * @param documentNumber its number in the snapshot, unique among all that are offered; of the
   *     segment that was entered
   * @return whether it may be among the k best so far
   */
  public boolean offer(float score, int documentNumber) {
    assert score > 0 : score;
    if (score < threshold) {
      return false;
    }
    long key =
        ((long) Float.floatToRawIntBits(score) << 32) | (~position(documentNumber) & 0xFFFFFFFFL);
    return offer(key, score);
  }

  /**
   * Offers all candidates of another heap: what this heap then holds is as if they had been offered
   * to it in the first place.
   *
   * @param other a heap of the same k and error, with documents of the same snapshot that were not
   *     offered to this one. It keeps them
   */
  void offerAll(TopK other) {
    assert other.k == k && other.errorMax == errorMax : other.k + ", " + other.errorMax;
    int count = other.candidateCount();
    for (int i = 0; i < count; i++) {
      long key = other.candidate(i);
      float score = scoreOf(key);
      if (score >= threshold) {
        offer(key, score);
      }
    }
  }

  /**
   * Forgets everything, and from now on takes what another heap takes: as many documents, with the
   * same error, of the segment that was entered there.
   *
   * @param other the other heap
   */
  void resetLike(TopK other) {
    reset(other.k, other.errorMax);
    enter(other.documentBase, other.order);
  }

  private boolean offer(long key, float score) {
    ScoreHistogram counts = histogram;
    if (counts != null) {
      return append(key, score, counts);
    }
    if (size < k) {
      siftUp(size++, key);
      threshold = size == k ? lowestCandidate(scoreOf(heap[0])) : 0;
      return true;
    }
    if (key <= heap[0]) {
      keepNear(key);
      return false;
    }
    long last = heap[0];
    siftDown(key);
    threshold = lowestCandidate(scoreOf(heap[0]));
    keepNear(last);
    return true;
  }

  private int position(int documentNumber) {
    IndexingOrder ordinals = order;
    return ordinals == null
        ? documentNumber
        : documentBase + ordinals.ordinal(documentNumber - documentBase);
  }

  private boolean append(long key, float score, ScoreHistogram counts) {
    if (key <= rejected) {
      return false;
    }
    if (counts.add(score)) {
      threshold = Math.max(threshold, lowestCandidate(counts.floor()));
    }
    if (nearCount == near.length) {
      dropFar();
      if (nearCount >= near.length / 2) {
        settle();
      }
      makeRoom();
    }
    near[nearCount++] = key;
    return true;
  }

  /** Finds the k-th best key, and drops what it shows to be no candidate. */
  private void settle() {
    dropFar();
    if (nearCount < k) {
      return;
    }
    Arrays.sort(near, 0, nearCount);
    int best = nearCount - k;
    threshold = Math.max(threshold, lowestCandidate(scoreOf(near[best])));
    if (errorMax > 0) {
      dropFar();
    } else {
      rejected = near[best];
      System.arraycopy(near, best, near, 0, k);
      nearCount = k;
    }
  }

  /**
   * Returns the k-th best score or, when k is large, one up to 0.8 % below it; if scores are
   * estimates, the lowest of a candidate; 0 while fewer than k documents are known.
   */
  public float threshold() {
    return threshold;
  }

  /** Returns how many documents are known, at most k. */
  public int size() {
    return histogram == null ? size : Math.min(nearCount, k);
  }

  /** Returns the k of construction or of the last reset. */
  public int k() {
    return k;
  }

  /**
   * Returns how many candidates there are: documents that may be among the k best of the true
   * scores. Valid until the next offer.
   */
  public int candidateCount() {
    if (histogram == null) {
      dropFar();
    } else {
      settle();
    }
    return size + nearCount;
  }

  /**
   * Returns a candidate's position; candidates have no order.
   *
   * @param index 0 to {@link #candidateCount} − 1
   */
  public int candidatePosition(int index) {
    return positionOf(candidate(index));
  }

  /**
   * Returns a candidate's score as it was offered.
   *
   * @param index 0 to {@link #candidateCount} − 1
   */
  public float candidateScore(int index) {
    return scoreOf(candidate(index));
  }

  private long candidate(int index) {
    return index < size ? heap[index] : near[index - size];
  }

  /**
   * Hands out the documents, best first, and leaves the heap empty.
   *
   * @param positions receives {@link #size} positions
   * @param scores receives as many scores
   * @return how many there were
   */
  public int drain(int[] positions, float[] scores) {
    ScoreHistogram counts = histogram;
    if (counts != null) {
      counts.reset(k);
      return drainNear(positions, scores);
    }
    int count = size;
    for (int i = count - 1; i >= 0; i--) {
      long worst = heap[0];
      positions[i] = positionOf(worst);
      scores[i] = scoreOf(worst);
      long last = heap[--size];
      if (size > 0) {
        siftDown(last);
      }
    }
    threshold = 0;
    return count;
  }

  private int drainNear(int[] positions, float[] scores) {
    dropFar();
    Arrays.sort(near, 0, nearCount);
    int count = Math.min(nearCount, k);
    for (int i = 0; i < count; i++) {
      long key = near[nearCount - 1 - i];
      positions[i] = positionOf(key);
      scores[i] = scoreOf(key);
    }
    nearCount = 0;
    threshold = 0;
    rejected = 0;
    return count;
  }

  /**
   * Returns the score below which no document can be among the k best of the true scores.
   *
   * <p>With an error {@code e} and a k-th best estimate {@code s}, k documents have true scores of
   * at least {@code max(s − e, s / 2)}; one of the estimate {@code x} has at most {@code min(x + e,
   * 3x / 2)}. So it is safe to drop {@code x < max(s − 2e, s / 3)}. The 2<sup>−20</sup> cover the
   * roundings of both scores, 2<sup>−23</sup> each; among denormals, where they do not, nothing is
   * dropped.
   */
  private float lowestCandidate(float score) {
    if (errorMax == 0) {
      return score;
    }
    double lowest = Math.max(score - 2 * errorMax, score / 3.0) - score * 0x1p-20;
    return lowest < Float.MIN_NORMAL ? 0 : (float) lowest;
  }

  private void keepNear(long key) {
    if (scoreOf(key) < threshold || errorMax == 0) {
      return;
    }
    if (nearCount == near.length) {
      dropFar();
      makeRoom();
    }
    near[nearCount++] = key;
  }

  private void makeRoom() {
    if (nearCount >= near.length / 2) {
      near = Arrays.copyOf(near, Math.max(64, 2 * near.length));
    }
  }

  /** Forgets what a risen threshold has shown to be no candidate. */
  private void dropFar() {
    int kept = 0;
    for (int i = 0; i < nearCount; i++) {
      if (scoreOf(near[i]) >= threshold) {
        near[kept++] = near[i];
      }
    }
    nearCount = kept;
  }

  private static float scoreOf(long key) {
    return Float.intBitsToFloat((int) (key >>> 32));
  }

  private static int positionOf(long key) {
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
