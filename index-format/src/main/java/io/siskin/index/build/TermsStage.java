package io.siskin.index.build;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StringListLayout;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;
import java.nio.file.Path;

/** Writes the term dictionary: {@code terms.dat}. */
final class TermsStage {
  private TermsStage() {}

  /**
   * Writes the file.
   *
   * @param files the segment's files
   * @param directory the directory for the scratch files of hash tables
   * @param order the provisional term numbers, indexed by final term number
   */
  static void run(SegmentFiles files, Path directory, TermCollector terms, int[] order)
      throws IOException {
    SegmentFileWriter file = files.begin(FileKind.TERMS);
    SectionWriter frequencies =
        file.section(SectionKind.DOCUMENT_FREQUENCIES, FormatV1.ENCODING_PLAIN);
    frequencies.setCount(order.length);
    for (int provisional : order) {
      frequencies.putU32(terms.documentFrequency(provisional));
    }
    if (terms.byToken()) {
      long totalBytes = 0;
      for (int provisional : order) {
        totalBytes += terms.tokenUtf8(provisional).length;
      }
      StringListWriter.write(
          file,
          SectionKind.TOKEN_OFFSETS,
          SectionKind.TOKEN_BYTES,
          new StringListWriter.SlotTarget(SectionKind.TOKEN_SLOTS, directory),
          order.length,
          totalBytes,
          number -> terms.tokenUtf8(order[number]));
    } else if (terms.byTermId()) {
      writeTermIds(file, directory, terms, order);
    }
    file.join();
  }

  private static void writeTermIds(
      SegmentFileWriter file, Path directory, TermCollector terms, int[] order) throws IOException {
    SectionWriter ids = file.section(SectionKind.TERM_IDS, FormatV1.ENCODING_PLAIN);
    ids.setCount(order.length);
    StringListWriter.SlotTarget target =
        new StringListWriter.SlotTarget(SectionKind.TERM_ID_SLOTS, directory);
    try (StringListWriter.SlotFiller slots = target.open(file, order.length)) {
      for (int provisional : order) {
        int id = terms.termId(provisional);
        ids.putU32(id);
        slots.add(StringListLayout.hash(id));
      }
      slots.write();
    }
  }
}
