package io.siskin.index.segment;

import io.siskin.index.dense.DenseFields;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The mapped {@code dense.dat}. {@link DenseLayout} describes the bytes. It is a view of mapped
 * memory and is safe for concurrent use.
 */
final class DenseFile {
  private final int documentCount;
  private final Section records;
  private final Section starts;
  private final Section scales;
  private final Section values;
  private final Map<String, MappedDenseField> fields = new LinkedHashMap<>();

  // Where the arrays of the next field begin, while fields are opened.
  private long startsEnd;
  private long scalesEnd;
  private long valuesEnd;

  private DenseFile(MappedFile file, int documentCount) throws CorruptSegmentException {
    this.documentCount = documentCount;
    this.records = file.section(SectionKind.DENSE_RECORDS);
    records.requireEncoding(FormatV1.ENCODING_PLAIN);
    int count = records.countAtMost(FormatV2.DENSE_FIELD_COUNT_MAX);
    records.requireLength((long) count * DenseLayout.RECORD_LENGTH);
    StringList names =
        new StringList(
            file.section(SectionKind.DENSE_NAME_OFFSETS),
            file.section(SectionKind.DENSE_NAME_BYTES),
            count);
    names.check(1);
    this.starts = plain(file, SectionKind.DENSE_STARTS);
    this.scales = plain(file, SectionKind.DENSE_SCALES);
    this.values = plain(file, SectionKind.DENSE_VALUES);
    long vectors = 0;
    for (int field = 0; field < count; field++) {
      String before = field == 0 ? null : names.get(field - 1);
      String name = names.get(field);
      records.require(
          before == null || before.compareTo(name) < 0, "names in ascending order", name);
      vectors += open(name, (long) field * DenseLayout.RECORD_LENGTH);
    }
    starts.requireArray(count * (documentCount + 1L), Integer.BYTES);
    scales.requireArray(scalesEnd / Integer.BYTES, Integer.BYTES);
    values.requireCount(vectors);
    values.requireLength(valuesEnd);
  }

  private static Section plain(MappedFile file, SectionKind kind) throws CorruptSegmentException {
    Section section = file.section(kind);
    section.requireEncoding(FormatV1.ENCODING_PLAIN);
    return section;
  }

  static DenseFile open(MappedFile file, int documentCount) throws CorruptSegmentException {
    return new DenseFile(file, documentCount);
  }

  DenseFields fields() {
    return new DenseFields(fields);
  }

  List<MappedDenseField> all() {
    return List.copyOf(fields.values());
  }

  /** Opens a field, and returns the number of its vectors. */
  private long open(String name, long at) throws CorruptSegmentException {
    DenseType type = type(at);
    float normMax = records.bytes().get(FileLayout.F32, at + DenseLayout.NORM_MAX_OFFSET);
    records.require(
        normMax >= 0 && normMax < Float.POSITIVE_INFINITY, "a finite norm of 0 or more", normMax);
    long vectors = records.bytes().get(FileLayout.U64, at + DenseLayout.VECTOR_COUNT_OFFSET);
    records.require(
        vectors >= 0 && vectors <= FormatV2.DENSE_VECTOR_COUNT_MAX,
        "0 to " + FormatV2.DENSE_VECTOR_COUNT_MAX + " vectors",
        vectors);
    fields.put(
        name,
        new MappedDenseField(
            name,
            type,
            (int) vectors,
            normMax,
            new MappedDenseField.Arrays(
                starts.bytes(),
                startsEnd,
                scales.bytes(),
                scalesEnd,
                values.paddedBytes(),
                valuesEnd)));
    startsEnd += Integer.BYTES * (documentCount + 1L);
    scalesEnd += type.hasMarks() ? Integer.BYTES * vectors : 0;
    valuesEnd += type.rowBytes() * vectors;
    return vectors;
  }

  private DenseType type(long at) throws CorruptSegmentException {
    int dimensions = records.bytes().get(FileLayout.U32, at + DenseLayout.DIMENSIONS_OFFSET);
    records.require(
        dimensions >= 1 && dimensions <= FormatV2.DENSE_DIMENSIONS_MAX,
        "1 to " + FormatV2.DENSE_DIMENSIONS_MAX + " dimensions",
        dimensions);
    int storageCode = records.bytes().get(FileLayout.U32, at + DenseLayout.STORAGE_OFFSET);
    DenseStorage storage = DenseStorage.ofCode(storageCode);
    int similarityCode = records.bytes().get(FileLayout.U32, at + DenseLayout.SIMILARITY_OFFSET);
    DenseSimilarity similarity = DenseSimilarity.ofCode(similarityCode);
    if (storage == null || similarity == null) {
      throw new CorruptSegmentException(
          records.file(),
          records.offset() + at,
          "a storage of 1 to 9 and a similarity of 1 or 2",
          storageCode + " and " + similarityCode);
    }
    try {
      return new DenseType(dimensions, storage, similarity);
    } catch (InvalidInputException together) {
      throw new CorruptSegmentException(
          records.file(), records.offset() + at, together.allowed(), together.value());
    }
  }

  /**
   * Checks what readers follow: the starts of rows, that every scale is a number, and that the keys
   * of a document ascend.
   */
  void check() throws CorruptSegmentException {
    for (MappedDenseField field : fields.values()) {
      int end = 0;
      for (int document = 0; document <= documentCount; document++) {
        int start = field.start(document);
        int countMax = document == 0 ? 0 : FormatV2.DENSE_DOCUMENT_VECTOR_COUNT_MAX;
        starts.require(
            start >= end && start - end <= countMax,
            "a start of " + end + " to " + ((long) end + countMax) + " for document " + document,
            Integer.toUnsignedString(start));
        if (field.type().hasKeys() && start <= field.vectorCount()) {
          checkKeys(field, end, start);
        }
        end = start;
      }
      starts.require(end == field.vectorCount(), "starts that end at " + field.vectorCount(), end);
      for (int row = 0; row < field.vectorCount() && field.type().hasScales(); row++) {
        float scale = field.scale(row);
        scales.require(
            scale >= 0 && scale < Float.POSITIVE_INFINITY, "a finite scale of 0 or more", scale);
      }
    }
  }

  /** Checks the keys of the rows of one document. */
  private void checkKeys(MappedDenseField field, int first, int end)
      throws CorruptSegmentException {
    for (int row = first + 1; row < end; row++) {
      int before = field.key(row - 1);
      scales.require(
          Integer.compareUnsigned(before, field.key(row)) <= 0,
          "a key of " + Integer.toUnsignedString(before) + " or more for row " + row,
          Integer.toUnsignedString(field.key(row)));
    }
  }
}
