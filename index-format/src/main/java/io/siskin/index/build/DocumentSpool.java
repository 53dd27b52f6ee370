package io.siskin.index.build;

import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.DocumentLimits;
import io.siskin.index.document.FieldValue;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StoredLayout;
import io.siskin.index.format.v1.StringListLayout;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.quantize.DocumentQuantizer;
import io.siskin.index.store.SpoolFile;
import io.siskin.index.vector.SparseVector;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongArrayList;

/**
 * Keeps the documents on disk until all of them have been added. Vectors go to one spool file,
 * external ids and stored fields go to another, declared fields to a third one, and each dense
 * field to one of its own. The heap holds three offsets, a position and one hash of an id per
 * document.
 *
 * <p>A vector record has the sum of the weights (f32), the number of terms (u32), a scale (f32),
 * and then for each term its provisional number (u32) and its weight (f32). The scale is 0 if the
 * vector has still to be quantised. Otherwise the weight is replaced by {@link
 * NumberedVector.Packed}. A stored record has the length of the external id (u16), the bytes of the
 * id, the number of fields (u16), and then for each field its number (u16), its length (u32) and
 * its bytes.
 */
final class DocumentSpool implements AutoCloseable {
  private static final long NO_DOCUMENT = -1;

  /** Where a vector record has its number of terms. */
  static final int COUNT_OFFSET = Float.BYTES;

  /** Where a vector record has its scale. */
  static final int SCALE_OFFSET = COUNT_OFFSET + Integer.BYTES;

  /** Where a vector record has its terms. */
  static final int TERMS_OFFSET = SCALE_OFFSET + Float.BYTES;

  /** The length of a term in a vector record. */
  static final int TERM_LENGTH = 2 * Integer.BYTES;

  private final SpoolFile vectors;
  private final SpoolFile stored;
  private final ColumnSpool columns;
  private final DenseSpool dense;
  private final TermCollector terms = new TermCollector();
  private final FieldNames fieldNames = new FieldNames();
  private final LongArrayList vectorOffsets = new LongArrayList();
  private final LongArrayList storedOffsets = new LongArrayList();
  private final LongArrayList positions = new LongArrayList();
  private final Long2LongHashMap documentByIdHash = new Long2LongHashMap(NO_DOCUMENT);
  private final boolean storeFields;
  private int documentCount;
  private long postingCount;
  private int emptyDocumentCount;
  private double totalLength;
  private float weightMax;
  private boolean allWhole = true;
  private float scaleMin = Float.POSITIVE_INFINITY;
  private float scaleMax;

  /**
   * What a document has beside its vector.
   *
   * @param externalId its external id
   * @param stored its stored fields
   * @param declared its declared fields
   * @param position its position in the writes of the collection
   * @param dense its dense vectors
   */
  record Document(
      String externalId,
      Map<String, String> stored,
      Map<String, FieldValue> declared,
      long position,
      Map<String, DenseVectors> dense) {}

  DocumentSpool(Path directory, boolean storeFields) throws IOException {
    this.storeFields = storeFields;
    this.vectors = new SpoolFile(directory);
    this.stored = new SpoolFile(directory);
    this.columns = new ColumnSpool(directory);
    this.dense = new DenseSpool(directory);
  }

  /**
   * Adds one document.
   *
   * @throws InvalidInputException if the document is refused. In this case nothing of it is kept
   */
  void add(Document document, SparseVector vector) throws IOException {
    terms.checkVocabulary(vector);
    add(document, vector.size());
    spoolVector(vector);
    documentCount++;
  }

  /**
   * Adds one document that is quantised already.
   *
   * @throws InvalidInputException if the document is refused. In this case nothing of it is kept
   */
  void add(Document document, NumberedVector vector) throws IOException {
    add(document, vector.size());
    spoolQuantized(vector);
    documentCount++;
  }

  private void add(Document document, int termCount) throws IOException {
    if (documentCount == FormatV1.DOCUMENT_COUNT_MAX) {
      throw new InvalidInputException(
          "documents", documentCount + 1L, "at most " + FormatV1.DOCUMENT_COUNT_MAX);
    }
    String externalId = document.externalId();
    if (termCount > FormatV1.DOCUMENT_TERM_COUNT_MAX) {
      throw new InvalidInputException(
          "number of terms of document '" + externalId + "'",
          termCount,
          "0 to " + FormatV1.DOCUMENT_TERM_COUNT_MAX);
    }
    if (document.position() < nextPosition() || document.position() > FormatV2.POSITION_MAX) {
      throw new InvalidInputException(
          "position of document '" + externalId + "'",
          document.position(),
          nextPosition()
              + " to "
              + FormatV2.POSITION_MAX
              + ", above those of the documents before");
    }
    byte[] id = DocumentLimits.idUtf8(externalId);
    byte[][] values = fieldValues(externalId, document.stored());
    columns.check(document.declared());
    DocumentLimits.checkDense(externalId, document.dense());
    dense.check(document.dense());
    int[] fieldNumbers = fieldNumbers(document.stored());
    claimId(id, externalId);
    positions.addLong(document.position());
    spoolStored(id, fieldNumbers, values);
    columns.add(document.declared());
    dense.add(documentCount, document.dense());
  }

  /** Returns the position after that of the last document, 0 at first. */
  long nextPosition() {
    return documentCount == 0 ? 0 : positions.getLong(documentCount - 1) + 1;
  }

  int documentCount() {
    return documentCount;
  }

  long postingCount() {
    return postingCount;
  }

  int emptyDocumentCount() {
    return emptyDocumentCount;
  }

  /** Returns the sum of all weights of all documents. */
  double totalLength() {
    return totalLength;
  }

  /** Returns the heaviest weight, or 0 if there is no posting. */
  float weightMax() {
    return weightMax;
  }

  /** Returns whether all weights are whole numbers from 1 to 255. */
  boolean allWhole() {
    return allWhole;
  }

  /**
   * Returns the scale that all quantised documents with a term have.
   *
   * @return 0 if their scales differ, or if there is none
   */
  float quantizedScale() {
    return scaleMin == scaleMax ? scaleMax : 0;
  }

  /** Returns whether the documents were quantised before they were added. */
  boolean isQuantized() {
    return scaleMax > 0;
  }

  TermCollector terms() {
    return terms;
  }

  ColumnSpool columns() {
    return columns;
  }

  DenseSpool dense() {
    return dense;
  }

  /** Returns the position of a document in the writes of the collection. */
  long position(int document) {
    return positions.getLong(document);
  }

  FieldNames fieldNames() {
    return fieldNames;
  }

  long vectorOffset(int document) {
    return vectorOffsets.getLong(document);
  }

  long storedOffset(int document) {
    return storedOffsets.getLong(document);
  }

  MemorySegment mapVectors() throws IOException {
    return vectors.map();
  }

  MemorySegment mapStored() throws IOException {
    return stored.map();
  }

  @Override
  public void close() throws IOException {
    try (vectors;
        stored;
        columns) {
      dense.close();
    }
  }

  private byte[][] fieldValues(String externalId, Map<String, String> fields) {
    if (!storeFields) {
      return new byte[0][];
    }
    byte[][] values = new byte[fields.size()][];
    long length = 0;
    int at = 0;
    for (String value : fields.values()) {
      values[at] = value.getBytes(StandardCharsets.UTF_8);
      length += values[at++].length;
    }
    DocumentLimits.checkStoredLength(externalId, length, values.length);
    return values;
  }

  private int[] fieldNumbers(Map<String, String> fields) {
    if (!storeFields) {
      return new int[0];
    }
    int[] numbers = new int[fields.size()];
    int at = 0;
    for (String name : fields.keySet()) {
      numbers[at++] = fieldNames.number(name);
    }
    return numbers;
  }

  /** Refuses an id that stands already. */
  private void claimId(byte[] id, String externalId) throws IOException {
    int earlier = documentNumber(id);
    if (earlier >= 0) {
      throw new InvalidInputException(
          "id",
          externalId,
          "each id once in a collection; the first one is document number " + earlier);
    }
    documentByIdHash.put(freeHash(id), documentCount);
  }

  /** Returns the number of the document with an id, −1 when there is none. */
  int documentNumber(String externalId) throws IOException {
    return documentNumber(externalId.getBytes(StandardCharsets.UTF_8));
  }

  /** Two ids with one hash are told apart by their bytes. */
  private int documentNumber(byte[] id) throws IOException {
    for (long hash = StringListLayout.hash(id, 0, id.length); ; hash++) {
      long document = documentByIdHash.get(hash);
      if (document == NO_DOCUMENT || Arrays.equals(id, readId((int) document))) {
        return (int) document;
      }
    }
  }

  private long freeHash(byte[] id) {
    long hash = StringListLayout.hash(id, 0, id.length);
    while (documentByIdHash.get(hash) != NO_DOCUMENT) {
      hash++;
    }
    return hash;
  }

  private byte[] readId(int document) throws IOException {
    long offset = storedOffset(document);
    int length = stored.read(offset, Short.BYTES).getShort() & 0xFFFF;
    return stored.read(offset + Short.BYTES, length).array();
  }

  private void spoolVector(SparseVector vector) throws IOException {
    vectorOffsets.addLong(vectors.position());
    double length = 0;
    for (int i = 0; i < vector.size(); i++) {
      length += vector.weight(i);
    }
    beginVector((float) length, vector.size(), 0);
    for (int i = 0; i < vector.size(); i++) {
      float weight = vector.weight(i);
      vectors.putU32(terms.collect(vector, i));
      vectors.putF32(weight);
      weightMax = Math.max(weightMax, weight);
      allWhole &= DocumentQuantizer.isWhole(weight);
    }
  }

  private void spoolQuantized(NumberedVector vector) throws IOException {
    vectorOffsets.addLong(vectors.position());
    float scale = vector.scale();
    beginVector(vector.length(), vector.size(), scale);
    for (int i = 0; i < vector.size(); i++) {
      int packed = vector.packed(i);
      terms.count(vector.term(i));
      vectors.putU32(vector.term(i));
      vectors.putU32(packed);
      weightMax = Math.max(weightMax, scale * NumberedVector.Packed.impact(packed));
    }
    if (vector.size() > 0) {
      scaleMin = Math.min(scaleMin, scale);
      scaleMax = Math.max(scaleMax, scale);
    }
  }

  private void beginVector(float length, int size, float scale) throws IOException {
    vectors.putF32(length);
    vectors.putU32(size);
    vectors.putF32(scale);
    postingCount += size;
    emptyDocumentCount += size == 0 ? 1 : 0;
    // In the precision in which the lengths are stored, so that they add up to the total.
    totalLength += length;
  }

  private void spoolStored(byte[] id, int[] fieldNumbers, byte[][] values) throws IOException {
    storedOffsets.addLong(stored.position());
    stored.putU16(id.length);
    stored.putBytes(id);
    stored.putU16(values.length);
    for (int i = 0; i < values.length; i++) {
      stored.putU16(fieldNumbers[i]);
      stored.putU32(values[i].length);
      stored.putBytes(values[i]);
    }
  }

  /** Reads spooled stored records. */
  static final class StoredRecord {
    private StoredRecord() {}

    /** Returns the bytes of the external id. */
    static byte[] id(MemorySegment stored, long offset) {
      int length = stored.get(FileLayout.U16, offset) & 0xFFFF;
      return stored.asSlice(offset + Short.BYTES, length).toArray(FileLayout.U8);
    }

    /** Returns the bytes of the fields in the form that the segment stores. */
    static byte[] fields(MemorySegment stored, long offset) {
      long at = offset + Short.BYTES + (stored.get(FileLayout.U16, offset) & 0xFFFF);
      int count = stored.get(FileLayout.U16, at) & 0xFFFF;
      long start = at + Short.BYTES;
      long end = start;
      for (int i = 0; i < count; i++) {
        end += StoredLayout.FIELD_BYTES_OFFSET + stored.get(FileLayout.U32, end + Short.BYTES);
      }
      return stored.asSlice(start, end - start).toArray(FileLayout.U8);
    }
  }
}
