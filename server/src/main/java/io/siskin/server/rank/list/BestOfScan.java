package io.siskin.server.rank.list;

import java.util.Arrays;

/**
 * The best documents of a scan, in the order of {@link Ranked}. Documents are appended as long as
 * they are not below a threshold. When the room is used up, the list is sorted, what is beyond the
 * limit is dropped, and the threshold rises. So few documents cost more than one comparison. Used
 * by one thread.
 */
public final class BestOfScan {
  private static final int ROOM_MIN = 256;

  // With four times the limit, a threshold holds for four times as many documents as the one
  // before.
  private static final int ROOM_FACTOR = 4;

  private final int limit;
  private final int room;
  private int[] positions = new int[ROOM_MIN];
  private double[] scores = new double[ROOM_MIN];
  private int size;
  private double threshold = Double.NEGATIVE_INFINITY;

  /**
   * Makes an empty list.
   *
   * @param limit how many documents are kept, 1 or more
   */
  public BestOfScan(int limit) {
    this.limit = limit;
    this.room = Math.max(ROOM_MIN, Math.multiplyExact(ROOM_FACTOR, limit));
  }

  /**
   * Returns a score that no document below it is kept for; negative infinity at first. A document
   * with this score may be kept.
   */
  public double threshold() {
    return threshold;
  }

  /**
   * Adds a document.
   *
   * @param position its position, which was not offered before
   * @param score its score, {@link #threshold} or more
   */
  public void offer(int position, double score) {
    if (size == positions.length) {
      makeRoom();
    }
    positions[size] = position;
    scores[size++] = score;
  }

  private void makeRoom() {
    if (size < room) {
      int length = (int) Math.min(room, 2L * size);
      positions = Arrays.copyOf(positions, length);
      scores = Arrays.copyOf(scores, length);
      return;
    }
    Ranked.sort(positions, scores, size);
    size = limit;
    threshold = scores[limit - 1];
  }

  /** Hands out the documents. The list is not used any more. */
  public Ranked toRanked() {
    return Ranked.best(positions, scores, size, limit);
  }
}
