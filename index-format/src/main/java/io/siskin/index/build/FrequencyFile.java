package io.siskin.index.build;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;

/**
 * Writes {@code frequencies.dat}, which holds how often each document has each of its terms. Only
 * one thread may use it.
 */
final class FrequencyFile {
  private final SegmentFileWriter file;
  private final PostingBytes frequencies;

  private FrequencyFile(SegmentFileWriter file) throws IOException {
    this.file = file;
    this.frequencies =
        new PostingBytes(file.section(SectionKind.FREQUENCIES, FormatV1.ENCODING_PLAIN));
  }

  /** Begins the file. */
  static FrequencyFile begin(SegmentFiles files) throws IOException {
    return new FrequencyFile(files.begin(FileKind.FREQUENCIES));
  }

  /**
   * Writes the frequencies of the next document.
   *
   * @param recordOffset where its forward record starts
   * @param source the array that holds its frequencies
   * @param from the index of its first frequency
   * @param to the index after its last frequency
   */
  void put(long recordOffset, byte[] source, int from, int to) throws IOException {
    frequencies.put(recordOffset, source, from, to);
  }

  /**
   * Ends the file.
   *
   * @param recordsLength the length of all forward records in bytes
   */
  void finish(long recordsLength) throws IOException {
    frequencies.finish(recordsLength);
    file.join();
  }
}
