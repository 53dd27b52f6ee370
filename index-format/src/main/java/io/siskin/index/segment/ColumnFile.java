package io.siskin.index.segment;

import io.siskin.index.column.Column;
import io.siskin.index.column.Columns;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v2.ColumnLayout;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.format.v2.PackedLayout;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The mapped {@code columns.dat}. {@link ColumnLayout} describes the bytes. It is a view of mapped
 * memory and is safe for concurrent use.
 */
final class ColumnFile {
  private static final long KEY_OF_INFINITY = new FieldValue.Real(Double.POSITIVE_INFINITY).key();
  private static final long KEY_OF_MINUS_INFINITY =
      new FieldValue.Real(Double.NEGATIVE_INFINITY).key();

  private final int documentCount;
  private final Section records;
  private final StringList names;
  private final StringList texts;
  private final Section blocks;
  private final Section bits;
  private final Map<String, Column> columns = new LinkedHashMap<>();
  private final List<ColumnFacts> facts = new ArrayList<>();

  // Where the arrays and the texts of the next column begin, while columns are opened.
  private long nextBlock;
  private long nextText;

  private ColumnFile(MappedFile file, int documentCount) throws CorruptSegmentException {
    this.documentCount = documentCount;
    this.records = file.section(SectionKind.COLUMN_RECORDS);
    records.requireEncoding(FormatV1.ENCODING_PLAIN);
    int count = records.countAtMost(FormatV2.COLUMN_COUNT_MAX);
    records.requireLength((long) count * ColumnLayout.RECORD_LENGTH);
    this.names =
        new StringList(
            file.section(SectionKind.COLUMN_NAME_OFFSETS),
            file.section(SectionKind.COLUMN_NAME_BYTES),
            count);
    names.check(1);
    Section textOffsets = file.section(SectionKind.COLUMN_TEXT_OFFSETS);
    this.texts =
        new StringList(
            textOffsets,
            file.section(SectionKind.COLUMN_TEXT_BYTES),
            textOffsets.countAtMost(Integer.MAX_VALUE - 1));
    this.blocks = file.section(SectionKind.COLUMN_BLOCKS);
    this.bits = file.section(SectionKind.COLUMN_BITS);
    for (int column = 0; column < count; column++) {
      open(column);
    }
    PackedNumbers.checkSections(blocks, bits, nextBlock);
    records.require(nextText == texts.size(), texts.size() + " texts of all columns", nextText);
  }

  static ColumnFile open(MappedFile file, int documentCount) throws CorruptSegmentException {
    return new ColumnFile(file, documentCount);
  }

  Columns columns() {
    return new Columns(columns);
  }

  List<ColumnFacts> facts() {
    return List.copyOf(facts);
  }

  private void open(int column) throws CorruptSegmentException {
    String name = names.get(column);
    String before = column == 0 ? null : names.get(column - 1);
    records.require(before == null || before.compareTo(name) < 0, "names in ascending order", name);
    int at = column * ColumnLayout.RECORD_LENGTH;
    FieldType type = type(records.bytes().get(FileLayout.U32, at + ColumnLayout.TYPE_OFFSET));
    int textCount = records.bytes().get(FileLayout.U32, at + ColumnLayout.TEXT_COUNT_OFFSET);
    long values = records.bytes().get(FileLayout.U64, at + ColumnLayout.VALUE_COUNT_OFFSET);
    long valuesMax =
        type == FieldType.STRING_LIST ? FormatV2.COLUMN_VALUE_COUNT_MAX : documentCount;
    records.require(values >= 0 && values <= valuesMax, "0 to " + valuesMax + " values", values);
    long textsMax = type.isText() ? Math.min(values, texts.size() - nextText) : 0;
    records.require(
        textCount >= 0 && textCount <= textsMax, "0 to " + textsMax + " texts", textCount);
    if (type.isText()) {
      MappedTextColumn texts = textColumn(type, textCount, values);
      columns.put(name, texts);
      facts.add(new ColumnFacts(name, values, texts));
    } else {
      MappedNumberColumn numbers = numberColumn(type);
      columns.put(name, numbers);
      facts.add(new ColumnFacts(name, values, numbers));
    }
    nextText += textCount;
  }

  private MappedNumberColumn numberColumn(FieldType type) {
    return new MappedNumberColumn(type, array(documentCount), array(documentCount));
  }

  private MappedTextColumn textColumn(FieldType type, int textCount, long values) {
    boolean lists = type == FieldType.STRING_LIST;
    return new MappedTextColumn(
        type,
        texts,
        (int) nextText,
        textCount,
        new MappedTextColumn.Arrays(
            array(documentCount),
            lists ? array(documentCount + 1L) : null,
            array(lists ? values : documentCount),
            array(textCount + 1L),
            array(values)));
  }

  private PackedNumbers array(long count) {
    PackedNumbers array = new PackedNumbers(blocks, bits, nextBlock, count);
    nextBlock += PackedLayout.blockCount(count);
    return array;
  }

  private FieldType type(int code) throws CorruptSegmentException {
    return switch (code) {
      case ColumnLayout.TYPE_STRING -> FieldType.STRING;
      case ColumnLayout.TYPE_STRING_LIST -> FieldType.STRING_LIST;
      case ColumnLayout.TYPE_INT64 -> FieldType.INT64;
      case ColumnLayout.TYPE_DOUBLE -> FieldType.DOUBLE;
      case ColumnLayout.TYPE_BOOL -> FieldType.BOOL;
      case ColumnLayout.TYPE_TIMESTAMP -> FieldType.TIMESTAMP;
      default ->
          throw new CorruptSegmentException(
              records.file(), records.offset(), "types of columns from 1 to 6", code);
    };
  }

  /** Checks what readers follow: offsets of texts, places of blocks, and the ranges of numbers. */
  void check() throws CorruptSegmentException {
    texts.check(0);
    long end = 0;
    for (Column column : columns.values()) {
      end =
          switch (column) {
            case MappedNumberColumn numbers -> check(numbers, end);
            case MappedTextColumn text -> check(text, end);
            default -> throw new AssertionError("a column of this file: " + column);
          };
    }
    bits.requireLength(end);
  }

  private long check(MappedNumberColumn column, long start) throws CorruptSegmentException {
    long end = column.presence().check(bits, start, 0, 1);
    return switch (column.type()) {
      case BOOL -> column.keys().check(bits, end, 0, 1);
      // The keys beyond are those of NaN.
      case DOUBLE -> column.keys().check(bits, end, KEY_OF_MINUS_INFINITY, KEY_OF_INFINITY);
      default -> column.keys().check(bits, end, Long.MIN_VALUE, Long.MAX_VALUE);
    };
  }

  private long check(MappedTextColumn column, long start) throws CorruptSegmentException {
    MappedTextColumn.Arrays arrays = column.arrays();
    long values = arrays.documents().count();
    long end = arrays.presence().check(bits, start, 0, 1);
    PackedNumbers valueStarts = arrays.valueStarts();
    if (valueStarts != null) {
      end = checkStarts(valueStarts, end, values);
    }
    // Documents without a value have the ordinal 0, even where there is no text.
    end = arrays.ordinals().check(bits, end, 0, Math.max(0, column.textCount() - 1));
    end = checkStarts(arrays.documentStarts(), end, values);
    return arrays.documents().check(bits, end, 0, Math.max(0, documentCount - 1));
  }

  private long checkStarts(PackedNumbers starts, long from, long values)
      throws CorruptSegmentException {
    long end = starts.check(bits, from, 0, values);
    long first = starts.get(0);
    long last = starts.get(starts.count() - 1);
    blocks.require(
        first == 0 && last == values, "starts from 0 to " + values, first + " to " + last);
    return end;
  }
}
