package io.siskin.index.build;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.store.SpoolFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.LongArrayList;
import org.agrona.collections.Object2IntHashMap;

/**
 * Keeps the declared fields of the documents on disk until all documents have been added. The heap
 * holds one offset per document and each distinct text once.
 *
 * <p>A document's record has the number of its fields (u16), and then for each field the number of
 * the field (u16), the number of its words (u16) and the words (u32). The words are the two halves
 * of a key, low half first, or the provisional numbers of texts.
 */
final class ColumnSpool implements AutoCloseable {
  private static final int ABSENT = -1;

  // So many values leave room for those of any one document.
  private static final int VALUE_COUNT_ROOM =
      FormatV2.COLUMN_VALUE_COUNT_MAX - FieldValue.LIST_SIZE_MAX;

  /** What {@link #find} returns for a document that lacks the field. */
  static final long NO_VALUE = -1;

  private final SpoolFile records;
  private final LongArrayList offsets = new LongArrayList();
  private final Map<String, Field> byName = new HashMap<>();
  private final List<Field> fields = new ArrayList<>();

  /** A declared field that a document has. */
  static final class Field {
    private final String name;
    private final FieldType type;
    private final int number;
    private final Object2IntHashMap<String> numberByText = new Object2IntHashMap<>(ABSENT);
    private final List<String> texts = new ArrayList<>();
    private long valueCount;

    private Field(String name, FieldType type, int number) {
      this.name = name;
      this.type = type;
      this.number = number;
    }

    String name() {
      return name;
    }

    FieldType type() {
      return type;
    }

    /** Returns the number of values: of texts, or of documents with a number. */
    long valueCount() {
      return valueCount;
    }

    /** Returns the distinct texts by provisional number. */
    List<String> texts() {
      return texts;
    }

    private int numberOf(String text) {
      int known = numberByText.getValue(text);
      if (known != ABSENT) {
        return known;
      }
      numberByText.put(text, texts.size());
      texts.add(text);
      return texts.size() - 1;
    }
  }

  ColumnSpool(Path directory) throws IOException {
    this.records = new SpoolFile(directory);
  }

  /**
   * Checks the declared fields of a document.
   *
   * @throws InvalidInputException if a field has another type than before, if there are too many
   *     fields, or if a text is too long
   */
  void check(Map<String, FieldValue> values) {
    int count = fields.size();
    for (Map.Entry<String, FieldValue> entry : values.entrySet()) {
      String name = entry.getKey();
      FieldValue value = entry.getValue();
      Field known = byName.get(name);
      count += known == null ? 1 : 0;
      if (known != null && known.type != value.type()) {
        throw new InvalidInputException(
            "field '" + name + "'",
            "of type " + value.type().word(),
            known.type.allowed() + ", as in the documents before");
      }
      if (known != null && known.valueCount > VALUE_COUNT_ROOM) {
        throw new InvalidInputException(
            "texts of field '" + name + "' in a segment",
            known.valueCount,
            "at most " + VALUE_COUNT_ROOM);
      }
      switch (value) {
        case FieldValue.Text(String text) -> checkText(name, text);
        case FieldValue.TextList(List<String> texts) -> {
          if (texts.size() > FieldValue.LIST_SIZE_MAX) {
            throw new InvalidInputException(
                "texts of field '" + name + "'", texts.size(), "0 to " + FieldValue.LIST_SIZE_MAX);
          }
          texts.forEach(text -> checkText(name, text));
        }
        case FieldValue.Keyed _ -> {
          // Every key has a place.
        }
      }
    }
    if (count > FormatV2.COLUMN_COUNT_MAX) {
      throw new InvalidInputException(
          "distinct declared fields", count, "at most " + FormatV2.COLUMN_COUNT_MAX);
    }
  }

  private static void checkText(String name, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > FieldValue.TEXT_LENGTH_BYTES_MAX) {
      throw new InvalidInputException(
          "bytes of field '" + name + "'", utf8.length, "0 to " + FieldValue.TEXT_LENGTH_BYTES_MAX);
    }
    if (!new String(utf8, StandardCharsets.UTF_8).equals(text)) {
      throw new InvalidInputException("field '" + name + "'", text, "text that UTF-8 can express");
    }
  }

  /** Adds the fields of the next document. They have been checked. */
  void add(Map<String, FieldValue> values) throws IOException {
    offsets.addLong(records.position());
    records.putU16(values.size());
    for (Map.Entry<String, FieldValue> entry : values.entrySet()) {
      Field field = field(entry.getKey(), entry.getValue().type());
      records.putU16(field.number);
      switch (entry.getValue()) {
        case FieldValue.Keyed keyed -> {
          records.putU16(2);
          records.putU32((int) keyed.key());
          records.putU32((int) (keyed.key() >>> 32));
          field.valueCount++;
        }
        case FieldValue.Text(String text) -> addTexts(field, List.of(text));
        case FieldValue.TextList(List<String> texts) -> addTexts(field, texts);
      }
    }
  }

  private void addTexts(Field field, List<String> texts) throws IOException {
    records.putU16(texts.size());
    for (String text : texts) {
      records.putU32(field.numberOf(text));
    }
    field.valueCount += texts.size();
  }

  private Field field(String name, FieldType type) {
    return byName.computeIfAbsent(
        name,
        absent -> {
          Field field = new Field(absent, type, fields.size());
          fields.add(field);
          return field;
        });
  }

  /** Returns the fields in ascending order of their names. */
  List<Field> fieldsByName() {
    List<Field> sorted = new ArrayList<>(fields);
    sorted.sort(Comparator.comparing(Field::name));
    return sorted;
  }

  MemorySegment map() throws IOException {
    return records.map();
  }

  /**
   * Returns where the words of a field begin in the records, or {@link #NO_VALUE}.
   *
   * @param mapped the records
   * @param document the document's number in the spool
   */
  long find(MemorySegment mapped, int document, Field field) {
    long at = offsets.getLong(document);
    int count = mapped.get(FileLayout.U16_CHAR, at);
    at += Short.BYTES;
    for (int i = 0; i < count; i++) {
      if (mapped.get(FileLayout.U16_CHAR, at) == field.number) {
        return at + 2 * Short.BYTES;
      }
      at += 2 * Short.BYTES + (long) Integer.BYTES * mapped.get(FileLayout.U16_CHAR, at + 2);
    }
    return NO_VALUE;
  }

  /**
   * Returns the number of words of a value.
   *
   * @param at where its words begin, as {@link #find} returned it
   */
  static int wordCount(MemorySegment mapped, long at) {
    return mapped.get(FileLayout.U16_CHAR, at - Short.BYTES);
  }

  /** Returns a word of a value: the provisional number of a text. */
  static int word(MemorySegment mapped, long at, int index) {
    return mapped.get(FileLayout.U32, at + (long) index * Integer.BYTES);
  }

  /** Returns the key of a value. */
  static long key(MemorySegment mapped, long at) {
    return mapped.get(FileLayout.U64, at);
  }

  @Override
  public void close() throws IOException {
    records.close();
  }
}
