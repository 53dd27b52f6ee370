package io.siskin.index.build;

import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v2.PackedLayout;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;

/**
 * Writes packed arrays one after another to the two sections of a file. {@link PackedLayout}
 * describes the bytes. Only one thread may use it.
 */
final class PackedWriter {
  private final SectionWriter entries;
  private final SectionWriter bits;
  private final long[] elements = new long[PackedLayout.BLOCK_LENGTH];
  private final boolean[] absent = new boolean[PackedLayout.BLOCK_LENGTH];
  private int length;
  private long blockCount;

  PackedWriter(SegmentFileWriter file, SectionKind entries, SectionKind bits) throws IOException {
    this.entries = file.section(entries, FormatV1.ENCODING_PLAIN);
    this.bits = file.section(bits, FormatV1.ENCODING_PLAIN);
  }

  /** Appends an element to the array. */
  void put(long element) throws IOException {
    put(element, false);
  }

  /**
   * Appends an element that nobody reads. It gets the value of the smallest element of its block,
   * which costs no bit more. If nobody reads any element of the block, all are 0.
   */
  void putAbsent() throws IOException {
    put(0, true);
  }

  private void put(long element, boolean isAbsent) throws IOException {
    elements[length] = element;
    absent[length++] = isAbsent;
    if (length == PackedLayout.BLOCK_LENGTH) {
      flush();
    }
  }

  /** Ends the array. The next element begins another one. */
  void endArray() throws IOException {
    if (length > 0) {
      flush();
    }
  }

  /** Ends both sections. */
  void finish() {
    entries.setCount(blockCount);
    bits.setCount(blockCount);
  }

  private void flush() throws IOException {
    boolean none = true;
    long min = 0;
    long max = 0;
    for (int i = 0; i < length; i++) {
      if (!absent[i]) {
        min = none ? elements[i] : Math.min(min, elements[i]);
        max = none ? elements[i] : Math.max(max, elements[i]);
        none = false;
      }
    }
    int width = PackedLayout.width(min, max);
    entries.putU64(min);
    entries.putU64(max);
    entries.putU64(bits.position());
    entries.putU32(width);
    entries.putU32(0);
    if (width > 0) {
      writeBits(min, width);
    }
    blockCount++;
    length = 0;
  }

  private void writeBits(long min, int width) throws IOException {
    long word = 0;
    int used = 0;
    for (int i = 0; i < length; i++) {
      long above = absent[i] ? 0 : elements[i] - min;
      word |= above << used;
      used += width;
      if (used >= Long.SIZE) {
        bits.putU64(word);
        used -= Long.SIZE;
        // The bits of this element that the word had no room for; a shift by 64 would be one by 0.
        word = used == 0 ? 0 : above >>> (width - used);
      }
    }
    if (used > 0) {
      bits.putU64(word);
    }
  }
}
