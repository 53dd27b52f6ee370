package io.siskin.server.rank.list;

import java.util.Arrays;

/**
 * A list of documents with scores: score descending, then position in the order of indexing
 * ascending. Immutable, as far as nobody keeps the arrays that it was made of.
 */
public final class Ranked {
  /** The largest absolute value of a score that a request may give. */
  public static final double SCORE_MAX = 1e30;

  /** No documents. */
  public static final Ranked EMPTY = new Ranked(new int[0], new double[0], 0);

  private final int[] positions;
  private final double[] scores;
  private final int size;

  private Ranked(int[] positions, double[] scores, int size) {
    this.positions = positions;
    this.scores = scores;
    this.size = size;
  }

  /**
   * Orders documents and keeps the best ones.
   *
   * @param positions their positions, each once; taken over
   * @param scores their scores, none NaN; taken over
   * @param count how many of both there are
   * @param limit how many documents are kept at most
   */
  public static Ranked best(int[] positions, double[] scores, int count, int limit) {
    sort(positions, scores, count);
    return new Ranked(positions, scores, Math.min(count, limit));
  }

  /** Returns how many documents there are. */
  public int size() {
    return size;
  }

  /**
   * Returns the position of a document in the order of indexing.
   *
   * @param rank 0 to {@link #size} − 1, best first
   */
  public int position(int rank) {
    assert rank < size : rank;
    return positions[rank];
  }

  /**
   * Returns a score.
   *
   * @param rank 0 to {@link #size} − 1, best first
   */
  public double score(int rank) {
    assert rank < size : rank;
    return scores[rank];
  }

  /**
   * Returns the beginning of the list.
   *
   * @param count how many documents of it, 0 to {@link #size}
   */
  public Ranked first(int count) {
    assert count <= size : count;
    return new Ranked(positions, scores, count);
  }

  /** Returns a copy of the positions, in the order of the list. */
  public int[] positions() {
    return Arrays.copyOf(positions, size);
  }

  /** Returns a copy of the scores, in the order of the list. */
  public double[] scores() {
    return Arrays.copyOf(scores, size);
  }

  /**
   * Tells whether a document with one score and position stands before another one.
   *
   * @return true when the first one is better
   */
  public static boolean isBetter(double score, int position, double otherScore, int otherPosition) {
    return score > otherScore || (score == otherScore && position < otherPosition);
  }

  /** Sorts two arrays together, best first: a heap with the worst on top is taken apart. */
  private static void sort(int[] positions, double[] scores, int count) {
    for (int at = count / 2 - 1; at >= 0; at--) {
      siftDown(positions, scores, at, count);
    }
    for (int last = count - 1; last > 0; last--) {
      swap(positions, scores, 0, last);
      siftDown(positions, scores, 0, last);
    }
  }

  private static void siftDown(int[] positions, double[] scores, int from, int count) {
    int at = from;
    for (int child = 2 * at + 1; child < count; child = 2 * at + 1) {
      int other = child + 1;
      if (other < count
          && isBetter(scores[child], positions[child], scores[other], positions[other])) {
        child = other;
      }
      if (!isBetter(scores[at], positions[at], scores[child], positions[child])) {
        return;
      }
      swap(positions, scores, at, child);
      at = child;
    }
  }

  private static void swap(int[] positions, double[] scores, int left, int right) {
    int position = positions[left];
    positions[left] = positions[right];
    positions[right] = position;
    double score = scores[left];
    scores[left] = scores[right];
    scores[right] = score;
  }
}
