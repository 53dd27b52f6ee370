package io.siskin.server.rank.list;

import io.siskin.server.search.DocumentPositions;

/**
 * Where the documents of a list are. The arrays are in the order of the list, and nobody changes
 * them.
 *
 * @param segments the segment of each document
 * @param documents the number of each in its segment
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Places(int[] segments, int[] documents) {
  /**
   * Finds all documents of a list.
   *
   * @param list the list
   * @param positions the positions of the snapshot
   */
  public static Places of(Ranked list, DocumentPositions positions) {
    return ofBest(list, list.size(), positions);
  }

  /**
   * Finds the best documents of a list.
   *
   * @param list the list
   * @param count how many documents at most, 0 or more
   * @param positions the positions of the snapshot
   */
  public static Places ofBest(Ranked list, int count, DocumentPositions positions) {
    int[] segments = new int[Math.min(count, list.size())];
    int[] documents = new int[segments.length];
    for (int rank = 0; rank < segments.length; rank++) {
      int number = positions.documentNumber(list.position(rank));
      segments[rank] = positions.segment(number);
      documents[rank] = number - positions.base(segments[rank]);
    }
    return new Places(segments, documents);
  }

  /** Returns how many documents there are. */
  public int size() {
    return segments.length;
  }
}
