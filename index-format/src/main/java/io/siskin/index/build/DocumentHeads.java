package io.siskin.index.build;

import io.siskin.index.format.FileLayout;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.store.ScratchMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * The heaviest terms of each document, off-heap. A document is clustered in each of its lists, but
 * its heaviest terms are selected only once.
 *
 * <p>The head of a document has {@code cut} term numbers (u32) and then the same number of impacts
 * (u8). If the document has fewer terms, the last impacts are 0. Several threads may read at once.
 */
final class DocumentHeads implements AutoCloseable {
  private static final int DOCUMENTS_PER_PIECE = 4096;

  private final ScratchMemory scratch;
  private final int cut;
  private final long headLength;

  private DocumentHeads(ScratchMemory scratch, int cut) {
    this.scratch = scratch;
    this.cut = cut;
    this.headLength = headLength(cut);
  }

  /** Selects the heads of all documents on all threads. */
  static DocumentHeads of(BuildContext context, int cut) throws IOException {
    int documentCount = context.forward().documentCount();
    ScratchMemory scratch =
        new ScratchMemory(context.directory(), Math.max(1, documentCount * headLength(cut)));
    DocumentHeads heads = new DocumentHeads(scratch, cut);
    boolean complete = false;
    try {
      int pieces = (documentCount + DOCUMENTS_PER_PIECE - 1) / DOCUMENTS_PER_PIECE;
      context
          .parallel()
          .run(
              pieces,
              piece -> {
                int from = piece * DOCUMENTS_PER_PIECE;
                heads.select(
                    context.forward(), from, Math.min(documentCount, from + DOCUMENTS_PER_PIECE));
                return piece;
              },
              (piece, done) -> {});
      complete = true;
      return heads;
    } finally {
      if (!complete) {
        scratch.close();
      }
    }
  }

  /** Returns the number of terms of a head. */
  int cut() {
    return cut;
  }

  /**
   * Copies a head.
   *
   * @param document the document's number
   * @param terms receives {@link #cut} term numbers
   * @param impacts receives the same number of impacts, the heaviest first; 0 where the document
   *     has no more terms
   */
  void read(int document, int[] terms, byte[] impacts) {
    long at = document * headLength;
    MemorySegment.copy(scratch.bytes(), FileLayout.U32, at, terms, 0, cut);
    MemorySegment.copy(
        scratch.bytes(), FileLayout.U8, at + (long) cut * Integer.BYTES, impacts, 0, cut);
  }

  @Override
  public void close() {
    scratch.close();
  }

  private void select(ForwardIndex forward, int fromDocument, int toDocument) {
    ForwardIndex.Cursor cursor = forward.cursor();
    // The keys are in descending order. A key has the impact in its high half and the complement of
    // the term number in its low half.
    long[] heaviest = new long[cut];
    for (int document = fromDocument; document < toDocument; document++) {
      int size = 0;
      cursor.moveTo(document);
      while (cursor.next()) {
        long key = ((long) cursor.impact() << Integer.SIZE) | (~cursor.termNumber() & 0xFFFFFFFFL);
        if (size == cut && key < heaviest[cut - 1]) {
          continue;
        }
        int at = size < cut ? size++ : cut - 1;
        for (; at > 0 && heaviest[at - 1] < key; at--) {
          heaviest[at] = heaviest[at - 1];
        }
        heaviest[at] = key;
      }
      long head = document * headLength;
      for (int i = 0; i < size; i++) {
        scratch.bytes().set(FileLayout.U32, head + (long) i * Integer.BYTES, ~(int) heaviest[i]);
        scratch
            .bytes()
            .set(
                FileLayout.U8,
                head + (long) cut * Integer.BYTES + i,
                (byte) (heaviest[i] >>> Integer.SIZE));
      }
    }
  }

  private static long headLength(int cut) {
    return (long) cut * (Integer.BYTES + Byte.BYTES);
  }
}
