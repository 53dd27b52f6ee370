package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v2.FrequencyLayout;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.lang.foreign.MemorySegment;

/**
 * The term frequencies. They lead from a document number to how often the document has each of its
 * terms. {@link FrequencyLayout} describes the bytes.
 *
 * <p>It is a view of mapped memory and is safe for concurrent use.
 */
public final class FrequencyIndex {
  private final ForwardIndex forward;
  private final MemorySegment bytes;

  private FrequencyIndex(ForwardIndex forward, MemorySegment bytes) {
    this.forward = forward;
    this.bytes = bytes;
  }

  static FrequencyIndex open(MappedFile file, ForwardIndex forward, long postingCount)
      throws CorruptSegmentException {
    Section frequencies = file.section(SectionKind.FREQUENCIES);
    frequencies.requireEncoding(FormatV1.ENCODING_PLAIN);
    frequencies.requireCount(postingCount);
    frequencies.requireLength(FrequencyLayout.start(forward.recordsLengthBytes()));
    return new FrequencyIndex(forward, frequencies.bytes());
  }

  /** Returns the frequencies of all documents, with zeros between those of two documents. */
  public MemorySegment bytes() {
    return bytes;
  }

  /**
   * Returns the frequency of a posting.
   *
   * @param document the document's number
   * @param posting the index of the posting in the forward record, 0 or more
   * @return 1 to {@link FrequencyLayout#FREQUENCY_MAX}, which stands for all larger ones too
   */
  public int frequency(int document, int posting) {
    long start = FrequencyLayout.start(forward.recordOffset(document));
    return bytes.get(FileLayout.U8, start + posting) & 0xFF;
  }
}
