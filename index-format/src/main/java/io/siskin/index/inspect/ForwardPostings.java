package io.siskin.index.inspect;

import io.siskin.index.segment.ForwardIndex;

/** Looks single postings up in the forward index, from the front: slow, and obviously right. */
final class ForwardPostings {
  private final ForwardIndex.Cursor cursor;

  ForwardPostings(ForwardIndex forward) {
    this.cursor = forward.cursor();
  }

  /** Returns the impact of a term in a document, 0 when the document lacks it. */
  int impact(int document, int termNumber) {
    cursor.moveTo(document);
    while (cursor.next()) {
      if (cursor.termNumber() >= termNumber) {
        return cursor.termNumber() == termNumber ? cursor.impact() : 0;
      }
    }
    return 0;
  }

  /** Returns the stored weight of a term in a document, 0 when the document lacks it. */
  float weight(int document, int termNumber) {
    int impact = impact(document, termNumber);
    return cursor.scale() * impact;
  }
}
