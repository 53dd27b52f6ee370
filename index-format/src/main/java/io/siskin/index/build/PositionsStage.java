package io.siskin.index.build;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Writes the positions and the lengths of the documents: {@code positions.dat}. */
final class PositionsStage {
  private PositionsStage() {}

  /**
   * Writes the file.
   *
   * @param files the segment's files
   * @param spool all documents, in the order of indexing
   * @param documentOrder the number of each document in the spool, indexed by final document number
   */
  static void run(SegmentFiles files, DocumentSpool spool, int[] documentOrder) throws IOException {
    SegmentFileWriter file = files.begin(FileKind.POSITIONS);
    PackedWriter gaps =
        new PackedWriter(file, SectionKind.POSITION_BLOCKS, SectionKind.POSITION_BITS);
    for (int ordinal = 0; ordinal < documentOrder.length; ordinal++) {
      gaps.put(spool.position(ordinal) - ordinal);
    }
    gaps.endArray();
    gaps.finish();
    SectionWriter lengths = file.section(SectionKind.DOCUMENT_LENGTHS, FormatV1.ENCODING_PLAIN);
    lengths.setCount(documentOrder.length);
    MemorySegment vectors = spool.mapVectors();
    for (int document : documentOrder) {
      lengths.putF32(vectors.get(FileLayout.F32, spool.vectorOffset(document)));
    }
    file.join();
  }
}
