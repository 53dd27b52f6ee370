package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StoredLayout;
import io.siskin.index.format.v1.StringListLayout;
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
 * external ids and stored fields go to another. The heap holds two offsets and one hash of an id
 * per document.
 *
 * <p>A vector record has the sum of the weights (f32), the number of terms (u32), and then for each
 * term its provisional number (u32) and its weight (f32). A stored record has the length of the
 * external id (u16), the bytes of the id, the number of fields (u16), and then for each field its
 * number (u16), its length (u32) and its bytes.
 */
final class DocumentSpool implements AutoCloseable {
  private static final long NO_DOCUMENT = -1;

  private final SpoolFile vectors;
  private final SpoolFile stored;
  private final TermCollector terms = new TermCollector();
  private final FieldNames fieldNames = new FieldNames();
  private final LongArrayList vectorOffsets = new LongArrayList();
  private final LongArrayList storedOffsets = new LongArrayList();
  private final Long2LongHashMap documentByIdHash = new Long2LongHashMap(NO_DOCUMENT);
  private final boolean storeFields;
  private int documentCount;
  private long postingCount;
  private int emptyDocumentCount;
  private double totalLength;
  private float weightMax;
  private boolean allWhole = true;

  DocumentSpool(Path directory, boolean storeFields) throws IOException {
    this.storeFields = storeFields;
    this.vectors = new SpoolFile(directory);
    this.stored = new SpoolFile(directory);
  }

  /**
   * Adds one document.
   *
   * @throws InvalidInputException if the document is refused. In this case nothing of it is kept
   */
  void add(String externalId, SparseVector vector, Map<String, String> fields) throws IOException {
    if (documentCount == FormatV1.DOCUMENT_COUNT_MAX) {
      throw new InvalidInputException(
          "documents", documentCount + 1L, "at most " + FormatV1.DOCUMENT_COUNT_MAX);
    }
    if (vector.size() > FormatV1.DOCUMENT_TERM_COUNT_MAX) {
      throw new InvalidInputException(
          "number of terms of document '" + externalId + "'",
          vector.size(),
          "0 to " + FormatV1.DOCUMENT_TERM_COUNT_MAX);
    }
    byte[] id = idBytes(externalId);
    byte[][] values = fieldValues(externalId, fields);
    terms.checkVocabulary(vector);
    int[] fieldNumbers = fieldNumbers(fields);
    claimId(id, externalId);
    spoolVector(vector);
    spoolStored(id, fieldNumbers, values);
    documentCount++;
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

  TermCollector terms() {
    return terms;
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
    try (vectors) {
      stored.close();
    }
  }

  private static byte[] idBytes(String externalId) {
    byte[] id = externalId.getBytes(StandardCharsets.UTF_8);
    if (id.length == 0 || id.length > FormatV1.EXTERNAL_ID_LENGTH_MAX) {
      throw new InvalidInputException(
          "id", externalId, "1 to " + FormatV1.EXTERNAL_ID_LENGTH_MAX + " bytes of UTF-8");
    }
    // Half a surrogate pair has no UTF-8 form. Java would replace it by another character, which
    // would make another id.
    if (!new String(id, StandardCharsets.UTF_8).equals(externalId)) {
      throw new InvalidInputException("id", externalId, "text that UTF-8 can express");
    }
    return id;
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
      length += values[at++].length + StoredLayout.FIELD_BYTES_OFFSET;
    }
    if (length > FormatV1.STORED_RECORD_LENGTH_MAX) {
      throw new InvalidInputException(
          "stored fields of document '" + externalId + "'",
          length + " bytes",
          "at most " + FormatV1.STORED_RECORD_LENGTH_MAX + " bytes");
    }
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
    vectors.putF32((float) length);
    vectors.putU32(vector.size());
    for (int i = 0; i < vector.size(); i++) {
      float weight = vector.weight(i);
      vectors.putU32(terms.collect(vector, i));
      vectors.putF32(weight);
      weightMax = Math.max(weightMax, weight);
      allWhole &= DocumentQuantizer.isWhole(weight);
    }
    postingCount += vector.size();
    emptyDocumentCount += vector.size() == 0 ? 1 : 0;
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
