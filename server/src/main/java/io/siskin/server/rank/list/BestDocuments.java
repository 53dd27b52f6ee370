package io.siskin.server.rank.list;

import java.util.Arrays;

/**
 * The best documents seen so far, in the order of {@link Ranked}: a heap of primitive numbers with
 * the worst on top. Used by one thread.
 */
public final class BestDocuments {
  private final int limit;
  private int[] positions;
  private double[] scores;
  private int size;

  /**
   * Makes an empty heap.
   *
   * @param limit how many documents are kept, 1 or more
   */
  public BestDocuments(int limit) {
    this.limit = limit;
    this.positions = new int[Math.min(limit, 64)];
    this.scores = new double[positions.length];
  }

  /** Returns whether as many documents are kept as may be. */
  public boolean isFull() {
    return size == limit;
  }

  /** Returns the score of the worst document that is kept. There is one. */
  public double worstScore() {
    return scores[0];
  }

  /**
   * Offers a document.
   *
   * @param position its position, which was not offered before
   * @param score its score, not NaN
   */
  public void offer(int position, double score) {
    if (size < limit) {
      append(position, score);
    } else if (Ranked.isBetter(score, position, scores[0], positions[0])) {
      replaceWorst(position, score);
    }
  }

  private void append(int position, double score) {
    if (size == positions.length) {
      int length = (int) Math.min(limit, 2L * size);
      positions = Arrays.copyOf(positions, length);
      scores = Arrays.copyOf(scores, length);
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!Ranked.isBetter(scores[parent], positions[parent], score, position)) {
        break;
      }
      positions[at] = positions[parent];
      scores[at] = scores[parent];
      at = parent;
    }
    positions[at] = position;
    scores[at] = score;
  }

  private void replaceWorst(int position, double score) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      int other = child + 1;
      if (other < size
          && Ranked.isBetter(scores[child], positions[child], scores[other], positions[other])) {
        child = other;
      }
      if (!Ranked.isBetter(score, position, scores[child], positions[child])) {
        break;
      }
      positions[at] = positions[child];
      scores[at] = scores[child];
      at = child;
    }
    positions[at] = position;
    scores[at] = score;
  }

  /** Hands out the documents. The heap is not used any more. */
  public Ranked toRanked() {
    return Ranked.best(positions, scores, size, limit);
  }
}
