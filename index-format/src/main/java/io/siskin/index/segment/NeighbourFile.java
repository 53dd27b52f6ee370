package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.format.v2.NeighboursLayout;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The mapped {@code neighbours.dat}. {@link NeighboursLayout} describes the bytes. It is a view of
 * mapped memory and is safe for concurrent use.
 */
final class NeighbourFile {
  private final int documentCount;
  private final Section records;
  private final Section levels;
  private final Section levelRows;
  private final Section upper;
  private final Section base;
  private final Section documents;
  private final Map<String, NeighbourGraph> graphs = new LinkedHashMap<>();

  // Where the arrays of the next graph begin, while graphs are opened.
  private long levelsEnd;
  private long levelRowsEnd;
  private long upperEnd;
  private long baseEnd;
  private long documentsEnd;

  private NeighbourFile(MappedFile file, List<MappedDenseField> fields, int documentCount)
      throws CorruptSegmentException {
    this.documentCount = documentCount;
    this.records = plain(file, SectionKind.NEIGHBOUR_RECORDS);
    this.levels = plain(file, SectionKind.NEIGHBOUR_LEVELS);
    this.levelRows = plain(file, SectionKind.NEIGHBOUR_LEVEL_ROWS);
    this.upper = plain(file, SectionKind.NEIGHBOUR_UPPER);
    this.base = plain(file, SectionKind.NEIGHBOUR_BASE);
    this.documents = plain(file, SectionKind.NEIGHBOUR_DOCUMENTS);
    int count = records.countAtMost(FormatV2.DENSE_FIELD_COUNT_MAX);
    records.requireArray(count, NeighboursLayout.RECORD_LENGTH);
    levels.requireArray(levels.countAtMost(count * FormatV2.GRAPH_LEVEL_COUNT_MAX), Integer.BYTES);
    int before = -1;
    for (int graph = 0; graph < count; graph++) {
      long at = (long) graph * NeighboursLayout.RECORD_LENGTH;
      int number = number(at + NeighboursLayout.FIELD_OFFSET, before + 1, fields.size() - 1);
      before = number;
      open(fields.get(number), at);
    }
    levels.requireCount(levelsEnd);
    levelRows.requireArray(levelRowsEnd / Integer.BYTES, Integer.BYTES);
    upper.requireArray(upperEnd / Integer.BYTES, Integer.BYTES);
    base.requireArray(baseEnd / Integer.BYTES, Integer.BYTES);
    documents.requireArray(documentsEnd / Integer.BYTES, Integer.BYTES);
  }

  private static Section plain(MappedFile file, SectionKind kind) throws CorruptSegmentException {
    Section section = file.section(kind);
    section.requireEncoding(FormatV1.ENCODING_PLAIN);
    return section;
  }

  /**
   * Opens the file.
   *
   * @param file the file
   * @param fields the fields of {@code dense.dat}
   * @param documentCount the number of documents of the segment
   */
  static NeighbourFile open(MappedFile file, List<MappedDenseField> fields, int documentCount)
      throws CorruptSegmentException {
    return new NeighbourFile(file, fields, documentCount);
  }

  List<NeighbourGraph> graphs() {
    return List.copyOf(graphs.values());
  }

  @Nullable NeighbourGraph graph(String field) {
    return graphs.get(field);
  }

  private int number(long at, int min, int max) throws CorruptSegmentException {
    int number = records.bytes().get(FileLayout.U32, at);
    records.require(
        number >= min && number <= max,
        "a number of " + min + " to " + max + " at " + at,
        Integer.toUnsignedString(number));
    return number;
  }

  private void open(MappedDenseField field, long at) throws CorruptSegmentException {
    int rowCount = field.vectorCount();
    records.require(
        rowCount > 0 && field.type().storage().isOfValues(),
        "a dense field with vectors of values",
        field.name() + ": " + field.type());
    NeighbourGraph.Parameters parameters =
        new NeighbourGraph.Parameters(
            number(
                at + NeighboursLayout.NEIGHBOURS_OFFSET,
                FormatV2.GRAPH_NEIGHBOURS_MIN,
                FormatV2.GRAPH_NEIGHBOURS_MAX),
            number(
                at + NeighboursLayout.BUILD_WIDTH_OFFSET,
                FormatV2.GRAPH_BUILD_WIDTH_MIN,
                FormatV2.GRAPH_BUILD_WIDTH_MAX),
            number(at + NeighboursLayout.LEVEL_COUNT_OFFSET, 1, FormatV2.GRAPH_LEVEL_COUNT_MAX),
            number(at + NeighboursLayout.ENTRY_ROW_OFFSET, 0, rowCount - 1),
            number(at + NeighboursLayout.HAS_DOCUMENTS_OFFSET, 0, 1) == 1);
    records.require(
        parameters.hasDocuments() || rowCount == documentCount,
        "the documents of rows, which are " + rowCount + " of " + documentCount + " documents",
        "none");
    int[] rows = levelSizes(parameters.levelCount(), rowCount);
    graphs.put(
        field.name(),
        new NeighbourGraph(
            field,
            parameters,
            rows,
            new NeighbourGraph.Arrays(
                levelRows.bytes(),
                levelRowsEnd,
                upper.bytes(),
                upperEnd,
                base.bytes(),
                baseEnd,
                documents.bytes(),
                documentsEnd),
            documentCount));
    for (int level = 1; level < rows.length; level++) {
      levelRowsEnd += (long) Integer.BYTES * rows[level];
      upperEnd +=
          (long) Integer.BYTES
              * NeighboursLayout.width(parameters.neighbours(), level)
              * rows[level];
    }
    baseEnd += (long) Integer.BYTES * NeighboursLayout.width(parameters.neighbours(), 0) * rowCount;
    documentsEnd += parameters.hasDocuments() ? (long) Integer.BYTES * rowCount : 0;
  }

  private int[] levelSizes(int levelCount, int rowCount) throws CorruptSegmentException {
    levels.require(
        levelsEnd + levelCount - 1 <= levels.count(),
        levelsEnd + levelCount - 1 + " levels or more",
        levels.count());
    int[] sizes = new int[levelCount];
    sizes[0] = rowCount;
    for (int level = 1; level < levelCount; level++) {
      sizes[level] = levels.u32(levelsEnd++);
      levels.require(
          sizes[level] >= 1 && sizes[level] <= sizes[level - 1],
          "1 to " + sizes[level - 1] + " rows in level " + level,
          Integer.toUnsignedString(sizes[level]));
    }
    return sizes;
  }

  /** Checks what readers follow: that all numbers are of rows and of documents. */
  void check() throws CorruptSegmentException {
    for (NeighbourGraph graph : graphs.values()) {
      int rowCount = graph.rowCount(0);
      for (int level = 1; level < graph.levelCount(); level++) {
        int before = -1;
        for (int place = 0; place < graph.rowCount(level); place++) {
          int row = graph.row(level, place);
          levelRows.require(
              row > before && row < rowCount,
              "rows of level " + level + " that ascend below " + rowCount,
              Integer.toUnsignedString(row));
          before = row;
        }
      }
      for (int level = 0; level < graph.levelCount(); level++) {
        checkNeighbours(graph, level);
      }
      for (int row = 0; row < rowCount; row++) {
        documents.require(
            graph.document(row) >= 0, "a document below " + documentCount, "another for " + row);
      }
    }
  }

  private void checkNeighbours(NeighbourGraph graph, int level) throws CorruptSegmentException {
    int[] neighbours = new int[graph.width(level)];
    Section section = level == 0 ? base : upper;
    for (int place = 0; place < graph.rowCount(level); place++) {
      graph.neighbours(level, place, neighbours);
      for (int neighbour : neighbours) {
        section.require(
            neighbour == NeighboursLayout.NO_NEIGHBOUR
                || (neighbour >= 0 && neighbour < graph.rowCount(0)),
            "a row below " + graph.rowCount(0) + " or none",
            Integer.toUnsignedString(neighbour));
      }
    }
  }
}
