package io.siskin.index.build;

import io.siskin.index.dense.DenseType;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the dense vectors, field by field: {@code dense.dat}. {@link DenseLayout} describes the
 * bytes. There is no file if no document has a dense vector.
 */
final class DenseStage {
  private final List<DenseSpool.Field> fields;
  private final int[] documentOrder;
  private final BuildProgress progress;
  private long written;

  private DenseStage(List<DenseSpool.Field> fields, int[] documentOrder, BuildProgress progress) {
    this.fields = fields;
    this.documentOrder = documentOrder;
    this.progress = progress;
  }

  /**
   * Writes the file.
   *
   * @param files the segment's files
   * @param directory the directory for scratch files
   * @param spool the dense vectors of all documents
   * @param documentOrder the number of each document in the spool, indexed by final document number
   * @param progress is told of each vector
   */
  static void run(
      SegmentFiles files,
      Path directory,
      DenseSpool spool,
      int[] documentOrder,
      BuildProgress progress)
      throws IOException {
    if (spool.byName().isEmpty()) {
      return;
    }
    new DenseStage(new ArrayList<>(spool.byName().values()), documentOrder, progress)
        .write(files.begin(FileKind.DENSE), directory);
  }

  private void write(SegmentFileWriter file, Path directory) throws IOException {
    long vectors = 0;
    SectionWriter records = file.section(SectionKind.DENSE_RECORDS, FormatV1.ENCODING_PLAIN);
    records.setCount(fields.size());
    for (DenseSpool.Field field : fields) {
      DenseType type = field.type();
      records.putU32(type.dimensions());
      records.putU32(type.storage().code());
      records.putU32(type.similarity().code());
      records.putF32(field.normMax());
      records.putU64(field.vectorCount());
      vectors += field.vectorCount();
    }
    StringListWriter.write(
        file,
        SectionKind.DENSE_NAME_OFFSETS,
        SectionKind.DENSE_NAME_BYTES,
        new StringListWriter.SlotTarget(null, directory),
        fields.size(),
        0,
        number -> fields.get(number).name().getBytes(StandardCharsets.UTF_8));
    SectionWriter starts = file.section(SectionKind.DENSE_STARTS, FormatV1.ENCODING_PLAIN);
    SectionWriter scales = file.section(SectionKind.DENSE_SCALES, FormatV1.ENCODING_PLAIN);
    SectionWriter values = file.section(SectionKind.DENSE_VALUES, FormatV1.ENCODING_PLAIN);
    starts.setCount(fields.size() * (documentOrder.length + 1L));
    values.setCount(vectors);
    progress.begin("dense vectors", vectors);
    long scaleCount = 0;
    for (DenseSpool.Field field : fields) {
      writeStarts(field, starts);
      writeRows(field, scales, values);
      scaleCount += field.type().hasMarks() ? field.vectorCount() : 0;
    }
    scales.setCount(scaleCount);
    progress.end();
    file.join();
  }

  private void writeStarts(DenseSpool.Field field, SectionWriter starts) throws IOException {
    int start = 0;
    for (int document : documentOrder) {
      starts.putU32(start);
      start += field.start(document + 1) - field.start(document);
    }
    starts.putU32(start);
  }

  private void writeRows(DenseSpool.Field field, SectionWriter scales, SectionWriter values)
      throws IOException {
    MemorySegment records = field.map();
    long recordBytes = field.recordBytes();
    boolean hasMarks = field.type().hasMarks();
    for (int document : documentOrder) {
      int end = field.start(document + 1);
      for (int record = field.start(document); record < end; record++) {
        long at = record * recordBytes;
        if (hasMarks) {
          scales.putU32(records.get(FileLayout.U32, at));
        }
        values.putMemory(records.asSlice(at + Integer.BYTES, recordBytes - Integer.BYTES));
        progress.advance(++written);
      }
    }
  }
}
