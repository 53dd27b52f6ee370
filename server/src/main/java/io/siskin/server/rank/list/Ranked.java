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

  /**
   * Sorts two arrays together, best first. A key has the upper bits of a score and the index of its
   * document, so that one sort of longs does most of the work. Documents whose upper bits are equal
   * are neighbours then, and are ordered by the rest.
   *
   * @param positions the positions
   * @param scores the scores, none NaN
   * @param count how many of both are sorted, from the first on
   */
  static void sort(int[] positions, double[] scores, int count) {
    if (isSorted(positions, scores, count)) {
      return;
    }
    int indexBits = Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
    long indexMask = (1L << indexBits) - 1;
    long[] keys = new long[count];
    for (int i = 0; i < count; i++) {
      keys[i] = (descending(scores[i]) & ~indexMask) | i;
    }
    Arrays.sort(keys);
    int[] unsortedPositions = Arrays.copyOf(positions, count);
    double[] unsortedScores = Arrays.copyOf(scores, count);
    for (int rank = 0; rank < count; rank++) {
      int index = (int) (keys[rank] & indexMask);
      positions[rank] = unsortedPositions[index];
      scores[rank] = unsortedScores[index];
    }
    int from = 0;
    for (int rank = 1; rank <= count; rank++) {
      if (rank == count || ((keys[rank] ^ keys[from]) & ~indexMask) != 0) {
        sortNeighbours(positions, scores, from, rank);
        from = rank;
      }
    }
  }

  private static boolean isSorted(int[] positions, double[] scores, int count) {
    for (int i = 1; i < count; i++) {
      if (isBetter(scores[i], positions[i], scores[i - 1], positions[i - 1])) {
        return false;
      }
    }
    return true;
  }

  /** Returns a number that is the lower, the higher a score is. */
  private static long descending(double score) {
    // Without negative zeros, which are the same score.
    long bits = Double.doubleToRawLongBits(score + 0.0);
    return ~(bits ^ ((bits >> (Long.SIZE - 1)) & Long.MAX_VALUE));
  }

  private static void sortNeighbours(int[] positions, double[] scores, int from, int to) {
    if (isOneNumber(scores, from, to)) {
      Arrays.sort(positions, from, to);
      return;
    }
    // A heap with the worst on top is taken apart.
    for (int at = (to - from) / 2 - 1; at >= 0; at--) {
      siftDown(positions, scores, from, at, to);
    }
    for (int last = to - 1; last > from; last--) {
      swap(positions, scores, from, last);
      siftDown(positions, scores, from, 0, last);
    }
  }

  private static boolean isOneNumber(double[] scores, int from, int to) {
    long bits = Double.doubleToRawLongBits(scores[from]);
    for (int i = from + 1; i < to; i++) {
      if (Double.doubleToRawLongBits(scores[i]) != bits) {
        return false;
      }
    }
    return true;
  }

  /** Moves a document down a heap that begins at an index and ends before another one. */
  private static void siftDown(int[] positions, double[] scores, int base, int place, int end) {
    int at = base + place;
    for (int child = child(base, at); child < end; child = child(base, at)) {
      int other = child + 1;
      if (other < end
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

  private static int child(int base, int at) {
    return base + 2 * (at - base) + 1;
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
