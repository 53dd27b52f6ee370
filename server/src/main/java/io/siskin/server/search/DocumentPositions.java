package io.siskin.server.search;

import io.siskin.index.segment.IndexingOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Document numbers and positions of a snapshot. Both count through its segments, one segment after
 * the other. Inside a segment the <em>number</em> is where the document is stored and the
 * <em>position</em> is when it was indexed; they differ where a build has reordered documents.
 *
 * <p>Immutable; used while the segments are retained.
 */
public final class DocumentPositions {
  private final int[] bases;
  private final @Nullable IndexingOrder[] orders;

  /**
   * Reads the sizes and orders of segments.
   *
   * @param segments the segments of a snapshot, in its order
   */
  public DocumentPositions(List<? extends SearchableSegment> segments) {
    bases = new int[segments.size() + 1];
    orders = new IndexingOrder[segments.size()];
    for (int i = 0; i < orders.length; i++) {
      bases[i + 1] = bases[i] + segments.get(i).documentCount();
      orders[i] = segments.get(i).indexingOrder();
    }
  }

  /**
   * Returns the number of a segment's first document.
   *
   * @param segment 0 to the number of segments; the last gives the number of all documents
   */
  public int base(int segment) {
    return bases[segment];
  }

  /**
   * Makes a heap ready for the documents of a segment.
   *
   * @param segment 0 to the number of segments − 1
   * @param top the heap
   */
  public void enter(int segment, TopK top) {
    top.enter(bases[segment], orders[segment]);
  }

  /**
   * Returns the document at a position, as its number in the snapshot.
   *
   * @param position 0 to the number of all documents − 1
   */
  public int documentNumber(int position) {
    int segment = segment(position);
    IndexingOrder order = orders[segment];
    return order == null
        ? position
        : bases[segment] + order.documentNumber(position - bases[segment]);
  }

  /**
   * Returns the position of a document.
   *
   * @param number its number in the snapshot, 0 to the number of all documents − 1
   */
  public int position(int number) {
    int segment = segment(number);
    IndexingOrder order = orders[segment];
    return order == null ? number : bases[segment] + order.ordinal(number - bases[segment]);
  }

  /**
   * Returns which segment a document is in.
   *
   * @param number its number or its position, 0 to the number of all documents − 1
   */
  public int segment(int number) {
    int segment = 0;
    while (number >= bases[segment + 1]) {
      segment++;
    }
    return segment;
  }
}
