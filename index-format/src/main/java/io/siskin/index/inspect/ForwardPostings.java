package io.siskin.index.inspect;

import io.siskin.index.segment.ForwardIndex;

/**
 * Looks up single postings in the forward index. It reads each document from its first posting.
 * This is slow but easy to check.
 */
final class ForwardPostings {
  private final ForwardIndex.Cursor cursor;

  ForwardPostings(ForwardIndex forward) {
    this.cursor = forward.cursor();
  }

  /** Returns the impact of a term in a document, or 0 if the document does not have the term. */
  int impact(int document, int termNumber) {
    cursor.moveTo(document);
    while (cursor.next()) {
      if (cursor.termNumber() >= termNumber) {
        return cursor.termNumber() == termNumber ? cursor.impact() : 0;
      }
    }
    return 0;
  }

  /**
   * Returns the stored weight of a term in a document, or 0 if the document does not have the term.
   */
  float weight(int document, int termNumber) {
    int impact = impact(document, termNumber);
    return cursor.scale() * impact;
  }
}
