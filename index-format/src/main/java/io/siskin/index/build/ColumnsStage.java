package io.siskin.index.build;

import io.siskin.index.document.FieldType;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v2.ColumnLayout;
import io.siskin.index.store.ScratchMemory;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the declared fields, column by column: {@code columns.dat}. {@link ColumnLayout} describes
 * the bytes. There is no file if no document has a declared field.
 */
final class ColumnsStage {
  private final Path directory;
  private final ColumnSpool spool;
  private final MemorySegment records;
  private final int[] documentOrder;
  private final PackedWriter arrays;

  private ColumnsStage(
      Path directory,
      ColumnSpool spool,
      MemorySegment records,
      int[] documentOrder,
      PackedWriter arrays) {
    this.directory = directory;
    this.spool = spool;
    this.records = records;
    this.documentOrder = documentOrder;
    this.arrays = arrays;
  }

  /**
   * Writes the file.
   *
   * @param files the segment's files
   * @param directory the directory for scratch files
   * @param spool the declared fields of all documents
   * @param documentOrder the number of each document in the spool, indexed by final document number
   */
  static void run(SegmentFiles files, Path directory, ColumnSpool spool, int[] documentOrder)
      throws IOException {
    List<ColumnSpool.Field> fields = spool.fieldsByName();
    if (fields.isEmpty()) {
      return;
    }
    SegmentFileWriter file = files.begin(FileKind.COLUMNS);
    SectionWriter columns = file.section(SectionKind.COLUMN_RECORDS, FormatV1.ENCODING_PLAIN);
    columns.setCount(fields.size());
    for (ColumnSpool.Field field : fields) {
      columns.putU32(code(field.type()));
      columns.putU32(field.texts().size());
      columns.putU64(field.valueCount());
    }
    StringListWriter.write(
        file,
        SectionKind.COLUMN_NAME_OFFSETS,
        SectionKind.COLUMN_NAME_BYTES,
        new StringListWriter.SlotTarget(null, directory),
        fields.size(),
        0,
        number -> fields.get(number).name().getBytes(StandardCharsets.UTF_8));
    int[][] textOrders = new int[fields.size()][];
    for (int column = 0; column < textOrders.length; column++) {
      textOrders[column] = textOrder(fields.get(column).texts());
    }
    writeTexts(file, directory, fields, textOrders);
    PackedWriter arrays =
        new PackedWriter(file, SectionKind.COLUMN_BLOCKS, SectionKind.COLUMN_BITS);
    ColumnsStage stage = new ColumnsStage(directory, spool, spool.map(), documentOrder, arrays);
    for (int column = 0; column < textOrders.length; column++) {
      stage.writeArrays(fields.get(column), textOrders[column]);
    }
    arrays.finish();
    file.join();
  }

  private static int code(FieldType type) {
    return switch (type) {
      case STRING -> ColumnLayout.TYPE_STRING;
      case STRING_LIST -> ColumnLayout.TYPE_STRING_LIST;
      case INT64 -> ColumnLayout.TYPE_INT64;
      case DOUBLE -> ColumnLayout.TYPE_DOUBLE;
      case BOOL -> ColumnLayout.TYPE_BOOL;
      case TIMESTAMP -> ColumnLayout.TYPE_TIMESTAMP;
    };
  }

  /** Returns the provisional numbers of texts in the order of their bytes of UTF-8. */
  private static int[] textOrder(List<String> texts) {
    Integer[] order = new Integer[texts.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> TermCollector.compareUtf8(texts.get(a), texts.get(b)));
    return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
  }

  private static void writeTexts(
      SegmentFileWriter file, Path directory, List<ColumnSpool.Field> fields, int[][] textOrders)
      throws IOException {
    long count = 0;
    long bytes = 0;
    for (ColumnSpool.Field field : fields) {
      count += field.texts().size();
      for (String text : field.texts()) {
        bytes += 3L * text.length();
      }
    }
    TextCursor cursor = new TextCursor(fields, textOrders);
    StringListWriter.write(
        file,
        SectionKind.COLUMN_TEXT_OFFSETS,
        SectionKind.COLUMN_TEXT_BYTES,
        new StringListWriter.SlotTarget(null, directory),
        Math.toIntExact(count),
        bytes,
        number -> cursor.next());
  }

  /** Gives the texts of all columns one after another, each column's in ascending order. */
  private static final class TextCursor {
    private final List<ColumnSpool.Field> fields;
    private final int[][] orders;
    private int column;
    private int at;

    TextCursor(List<ColumnSpool.Field> fields, int[][] orders) {
      this.fields = fields;
      this.orders = orders;
    }

    byte[] next() {
      while (at == orders[column].length) {
        column++;
        at = 0;
      }
      String text = fields.get(column).texts().get(orders[column][at++]);
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  private void writeArrays(ColumnSpool.Field field, int[] textOrder) throws IOException {
    for (int document : documentOrder) {
      arrays.put(spool.find(records, document, field) == ColumnSpool.NO_VALUE ? 0 : 1);
    }
    arrays.endArray();
    if (!field.type().isText()) {
      writeKeys(field);
      return;
    }
    int[] ordinalOfText = new int[textOrder.length];
    for (int ordinal = 0; ordinal < textOrder.length; ordinal++) {
      ordinalOfText[textOrder[ordinal]] = ordinal;
    }
    boolean lists = field.type() == FieldType.STRING_LIST;
    if (lists) {
      writeValueStarts(field);
    }
    writeOrdinals(field, ordinalOfText, lists);
    writeDocumentsByText(field, ordinalOfText);
  }

  private void writeKeys(ColumnSpool.Field field) throws IOException {
    for (int document : documentOrder) {
      long at = spool.find(records, document, field);
      if (at == ColumnSpool.NO_VALUE) {
        arrays.putAbsent();
      } else {
        arrays.put(ColumnSpool.key(records, at));
      }
    }
    arrays.endArray();
  }

  private void writeValueStarts(ColumnSpool.Field field) throws IOException {
    long start = 0;
    for (int document : documentOrder) {
      arrays.put(start);
      long at = spool.find(records, document, field);
      start += at == ColumnSpool.NO_VALUE ? 0 : ColumnSpool.wordCount(records, at);
    }
    arrays.put(start);
    arrays.endArray();
  }

  private void writeOrdinals(ColumnSpool.Field field, int[] ordinalOfText, boolean lists)
      throws IOException {
    for (int document : documentOrder) {
      long at = spool.find(records, document, field);
      if (at == ColumnSpool.NO_VALUE) {
        if (!lists) {
          arrays.putAbsent();
        }
        continue;
      }
      for (int ordinal : ordinals(at, ordinalOfText)) {
        arrays.put(ordinal);
      }
    }
    arrays.endArray();
  }

  /** Returns the ordinals of the texts of a document, ascending. */
  private int[] ordinals(long at, int[] ordinalOfText) {
    int[] ordinals = new int[ColumnSpool.wordCount(records, at)];
    for (int i = 0; i < ordinals.length; i++) {
      ordinals[i] = ordinalOfText[ColumnSpool.word(records, at, i)];
    }
    Arrays.sort(ordinals);
    return ordinals;
  }

  /** Sorts the pairs of text and document by counting. */
  private void writeDocumentsByText(ColumnSpool.Field field, int[] ordinalOfText)
      throws IOException {
    int[] ends = new int[ordinalOfText.length + 1];
    for (int document : documentOrder) {
      long at = spool.find(records, document, field);
      int words = at == ColumnSpool.NO_VALUE ? 0 : ColumnSpool.wordCount(records, at);
      for (int i = 0; i < words; i++) {
        ends[ordinalOfText[ColumnSpool.word(records, at, i)] + 1]++;
      }
    }
    Arrays.parallelPrefix(ends, Integer::sum);
    for (int start : ends) {
      arrays.put(start);
    }
    arrays.endArray();
    try (ScratchMemory scratch = new ScratchMemory(directory, field.valueCount() * Integer.BYTES)) {
      MemorySegment documents = scratch.bytes();
      for (int number = 0; number < documentOrder.length; number++) {
        long at = spool.find(records, documentOrder[number], field);
        int words = at == ColumnSpool.NO_VALUE ? 0 : ColumnSpool.wordCount(records, at);
        for (int i = 0; i < words; i++) {
          int place = ends[ordinalOfText[ColumnSpool.word(records, at, i)]]++;
          documents.set(FileLayout.U32, (long) place * Integer.BYTES, number);
        }
      }
      for (long i = 0; i < field.valueCount(); i++) {
        arrays.put(documents.get(FileLayout.U32, i * Integer.BYTES));
      }
    }
    arrays.endArray();
  }
}
