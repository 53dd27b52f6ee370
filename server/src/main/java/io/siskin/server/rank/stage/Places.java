package io.siskin.server.rank.stage;

import io.siskin.server.rank.list.Ranked;
import io.siskin.server.search.DocumentPositions;

/**
 * Where the documents of a list are. The arrays are in the order of the list, and nobody changes
 * them.
 *
 * @param segments the segment of each document
 * @param documents the number of each in its segment
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Places(int[] segments, int[] documents) {
  /**
   * Finds the documents of a list.
   *
   * @param list the list
   * @param positions the positions of the snapshot
   */
  static Places of(Ranked list, DocumentPositions positions) {
    int[] segments = new int[list.size()];
    int[] documents = new int[segments.length];
    for (int rank = 0; rank < segments.length; rank++) {
      int number = positions.documentNumber(list.position(rank));
      segments[rank] = positions.segment(number);
      documents[rank] = number - positions.base(segments[rank]);
    }
    return new Places(segments, documents);
  }

  /** Returns how many documents there are. */
  int size() {
    return segments.length;
  }
}
