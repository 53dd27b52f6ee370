package io.siskin.index.segment;

import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v2.DenseLayout;
import java.lang.foreign.MemorySegment;

/**
 * Reads a byte of some rows of a dense field before they are multiplied. The reads do not depend on
 * each other, so the processor waits for the memory of all rows at once.
 *
 * <p>Used by one thread at a time.
 */
final class RowTouch {
  // The processor itself reads on where lines follow one another.
  private static final int LINES_MAX = 8;

  private final MappedDenseField field;
  private final MemorySegment rows;
  private final int lengthBytes;

  // Written so that the reads have a use.
  private byte touched;

  RowTouch(MappedDenseField field) {
    this.field = field;
    this.rows = field.values();
    this.lengthBytes = Math.min(field.type().rowBytes(), LINES_MAX * DenseLayout.ROW_ALIGNMENT);
  }

  void touch(int[] numbers, int count) {
    byte mixed = 0;
    for (int i = 0; i < count; i++) {
      long offset = field.rowOffset(numbers[i]);
      for (int at = 0; at < lengthBytes; at += DenseLayout.ROW_ALIGNMENT) {
        mixed ^= rows.get(FileLayout.U8, offset + at);
      }
    }
    touched = mixed;
  }

  /** Returns what the reads were used for. */
  byte touched() {
    return touched;
  }
}
