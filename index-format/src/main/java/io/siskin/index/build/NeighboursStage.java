package io.siskin.index.build;

import io.siskin.index.dense.DenseGraph;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.format.v2.NeighboursLayout;
import io.siskin.index.neighbours.GraphConstruction;
import io.siskin.index.neighbours.NeighbourLists;
import io.siskin.index.segment.MappedDenseField;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Mapping;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import io.siskin.index.store.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Builds and writes the graphs of neighbours of dense vectors: {@code neighbours.dat}. {@link
 * NeighboursLayout} describes the bytes. There is no file if no field has a graph.
 */
final class NeighboursStage {
  private final BuildProgress progress;
  private final int documentCount;
  private final SectionWriter records;
  private final SectionWriter levels;
  private final SectionWriter levelRows;
  private final SectionWriter upper;
  private final SectionWriter base;
  private final SectionWriter documents;

  private NeighboursStage(SegmentFileWriter file, int documentCount, BuildProgress progress)
      throws IOException {
    this.progress = progress;
    this.documentCount = documentCount;
    this.records = file.section(SectionKind.NEIGHBOUR_RECORDS, FormatV1.ENCODING_PLAIN);
    this.levels = file.section(SectionKind.NEIGHBOUR_LEVELS, FormatV1.ENCODING_PLAIN);
    this.levelRows = file.section(SectionKind.NEIGHBOUR_LEVEL_ROWS, FormatV1.ENCODING_PLAIN);
    this.upper = file.section(SectionKind.NEIGHBOUR_UPPER, FormatV1.ENCODING_PLAIN);
    this.base = file.section(SectionKind.NEIGHBOUR_BASE, FormatV1.ENCODING_PLAIN);
    this.documents = file.section(SectionKind.NEIGHBOUR_DOCUMENTS, FormatV1.ENCODING_PLAIN);
  }

  /**
   * Writes the file.
   *
   * @param files the segment's files. {@code dense.dat} is written
   * @param directory the segment's directory
   * @param spool the dense vectors of all documents
   * @param graphs how fields get graphs, by their names. A field that the segment lacks, and one
   *     with too few vectors in it, gets none
   * @param documentOrder by final document number: the number of the document in the spool
   * @param progress is told of each row
   */
  static void run(
      SegmentFiles files,
      Path directory,
      DenseSpool spool,
      Map<String, DenseGraph> graphs,
      int[] documentOrder,
      BuildProgress progress)
      throws IOException {
    List<DenseSpool.Field> fields = new ArrayList<>(spool.byName().values());
    // By the number of the field in dense.dat.
    SortedMap<Integer, DenseGraph> chosen = new TreeMap<>();
    for (int number = 0; number < fields.size(); number++) {
      DenseGraph options = graphs.get(fields.get(number).name());
      if (options != null && fields.get(number).vectorCount() >= options.vectorsMin()) {
        chosen.put(number, options);
      }
    }
    if (chosen.isEmpty()) {
      return;
    }
    try (Mapping mapping = new Mapping()) {
      List<MappedDenseField> mapped =
          MappedDenseField.all(
              MappedFile.open(
                  directory.resolve(FileKind.DENSE.fileName()),
                  FileKind.DENSE,
                  Set.of(FormatV2.VERSION),
                  mapping,
                  Verification.STRUCTURE),
              documentOrder.length);
      SegmentFileWriter file = files.begin(FileKind.NEIGHBOURS);
      NeighboursStage stage = new NeighboursStage(file, documentOrder.length, progress);
      for (Map.Entry<Integer, DenseGraph> each : chosen.entrySet()) {
        stage.write(each.getKey(), mapped.get(each.getKey()), each.getValue());
      }
      stage.setCounts(chosen.size());
      file.join();
    }
  }

  private void write(int number, MappedDenseField field, DenseGraph options) throws IOException {
    progress.begin("neighbours of " + field.name(), field.vectorCount());
    NeighbourLists graph = GraphConstruction.build(field, options, progress::advance);
    boolean hasDocuments = !hasOneRowEach(field);
    records.putU32(number);
    records.putU32(options.neighbours());
    records.putU32(options.buildWidth());
    records.putU32(graph.levelCount());
    records.putU32(graph.entryRow());
    records.putU32(hasDocuments ? 1 : 0);
    for (int level = 1; level < graph.levelCount(); level++) {
      int[] rows = graph.rows(level);
      levels.putU32(rows.length);
      for (int row : rows) {
        levelRows.putU32(row);
        put(upper, graph.neighbours(level, row), options.neighbours(), level);
      }
    }
    for (int row = 0; row < field.vectorCount(); row++) {
      put(base, graph.neighbours(0, row), options.neighbours(), 0);
    }
    for (int document = 0; hasDocuments && document < documentCount; document++) {
      for (int row = field.start(document); row < field.start(document + 1); row++) {
        documents.putU32(document);
      }
    }
    progress.end();
  }

  private static void put(SectionWriter section, int[] rows, int neighbours, int level)
      throws IOException {
    for (int row : rows) {
      section.putU32(row);
    }
    for (int i = rows.length; i < NeighboursLayout.width(neighbours, level); i++) {
      section.putU32(NeighboursLayout.NO_NEIGHBOUR);
    }
  }

  private boolean hasOneRowEach(MappedDenseField field) {
    for (int document = 0; document <= documentCount; document++) {
      if (field.start(document) != document) {
        return false;
      }
    }
    return true;
  }

  private void setCounts(int graphCount) {
    records.setCount(graphCount);
    for (SectionWriter numbers : List.of(levels, levelRows, upper, base, documents)) {
      numbers.setCount(numbers.position() / Integer.BYTES);
    }
  }
}
