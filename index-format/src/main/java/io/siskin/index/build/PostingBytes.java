package io.siskin.index.build;

import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.store.SectionWriter;
import java.io.IOException;

/**
 * Writes a section that has one byte per posting of the forward records. The bytes of a document
 * begin at a third of the offset of its record, and zeros fill the gaps. {@link ResidualLayout}
 * tells why. Only one thread may use it.
 */
final class PostingBytes {
  private static final byte[] ZEROS = new byte[4096];

  private final SectionWriter section;
  private long count;

  PostingBytes(SectionWriter section) {
    this.section = section;
  }

  /**
   * Writes the bytes of the next document.
   *
   * @param recordOffset where its forward record starts
   * @param source the array that holds the bytes
   * @param from the index of its first byte
   * @param to the index after its last byte
   */
  void put(long recordOffset, byte[] source, int from, int to) throws IOException {
    padTo(ResidualLayout.start(recordOffset));
    section.putBytes(source, from, to - from);
    count += to - from;
  }

  /**
   * Ends the section.
   *
   * @param recordsLength the length of all forward records in bytes
   */
  void finish(long recordsLength) throws IOException {
    padTo(ResidualLayout.start(recordsLength));
    section.setCount(count);
  }

  private void padTo(long position) throws IOException {
    long left = position - section.position();
    assert left >= 0 : "records are longer than three bytes per posting";
    while (left > 0) {
      int chunk = (int) Math.min(left, ZEROS.length);
      section.putBytes(ZEROS, 0, chunk);
      left -= chunk;
    }
  }
}
