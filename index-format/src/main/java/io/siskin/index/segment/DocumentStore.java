package io.siskin.index.segment;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictDecompress;
import com.github.luben.zstd.ZstdException;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StoredLayout;
import io.siskin.index.format.v1.StringListLayout;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * External ids, stored fields and the order of indexing of a segment.
 *
 * <p>It is a view of mapped memory and is safe for concurrent use. Stored fields are read through a
 * {@link FieldReader}. Each request opens its own.
 */
public final class DocumentStore {
  /** The result of {@link #documentNumber} for an id that the segment does not have. */
  public static final int ABSENT = SlotTable.ABSENT;

  private final int documentCount;
  private final StringList ids;
  private final SlotTable idSlots;
  private final @Nullable IndexingOrder indexingOrder;
  private final List<String> fieldNames;
  private final @Nullable Section storedOffsets;
  private final @Nullable Section storedBytes;
  private final @Nullable ZstdDictDecompress dictionary;
  private final long dictionaryBytes;
  private final long lengthBytes;

  DocumentStore(MappedFile file, int documentCount, List<String> fieldNames)
      throws CorruptSegmentException {
    this.documentCount = documentCount;
    this.ids =
        new StringList(
            file.section(SectionKind.EXTERNAL_ID_OFFSETS),
            file.section(SectionKind.EXTERNAL_ID_BYTES),
            documentCount);
    this.idSlots = new SlotTable(file.section(SectionKind.EXTERNAL_ID_SLOTS), documentCount);
    this.indexingOrder = IndexingOrder.open(file, documentCount);
    this.fieldNames = List.copyOf(fieldNames);
    this.lengthBytes = file.lengthBytes();
    if (fieldNames.isEmpty()) {
      this.storedOffsets = null;
      this.storedBytes = null;
      this.dictionary = null;
      this.dictionaryBytes = 0;
      return;
    }
    Section offsets = file.section(SectionKind.STORED_OFFSETS);
    offsets.requireEncoding(StringListLayout.ENCODING_U32, StringListLayout.ENCODING_U64);
    offsets.requireCount(documentCount);
    offsets.requireLength((documentCount + 1L) * offsets.encoding());
    this.storedOffsets = offsets;
    Section bytes = file.section(SectionKind.STORED_BYTES);
    bytes.requireEncoding(StoredLayout.ENCODING_ZSTD);
    bytes.requireCount(documentCount);
    this.storedBytes = bytes;
    Section dictionarySection = file.section(SectionKind.STORED_DICTIONARY);
    dictionarySection.requireEncoding(FormatV1.ENCODING_PLAIN);
    dictionarySection.requireCount(dictionarySection.lengthBytes());
    byte[] trained = dictionarySection.bytes().toArray(FileLayout.U8);
    // The dictionary is prepared only once. Doing this in each request took longer than the search.
    this.dictionary = trained.length == 0 ? null : new ZstdDictDecompress(trained);
    this.dictionaryBytes = trained.length;
  }

  /**
   * Checks the offsets and slots, because the accessors follow them without a check. It reads them
   * once.
   */
  void check() throws CorruptSegmentException {
    ids.check(1);
    idSlots.check();
    if (indexingOrder != null) {
      indexingOrder.check();
    }
    Section offsets = storedOffsets;
    Section bytes = storedBytes;
    if (offsets == null || bytes == null) {
      return;
    }
    offsets.require(offset(0) == 0, "a first record offset of 0", offset(0));
    for (int document = 0; document < documentCount; document++) {
      long end = offset(document + 1);
      long least = offset(document) + StoredLayout.PACKED_OFFSET;
      if (end < least || end > bytes.lengthBytes()) {
        throw new CorruptSegmentException(
            offsets.file(),
            offsets.offset() + (document + 1L) * offsets.encoding(),
            "a record offset of " + least + " to " + bytes.lengthBytes(),
            end);
      }
    }
    offsets.require(
        offset(documentCount) == bytes.lengthBytes(),
        "a last record offset of " + bytes.lengthBytes(),
        offset(documentCount));
  }

  /** Returns the number of documents. */
  public int documentCount() {
    return documentCount;
  }

  /** Returns the bytes that the dictionary of the stored fields takes outside of the heap. */
  long dictionaryBytes() {
    return dictionaryBytes;
  }

  /** Returns the length of the file in bytes. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /**
   * Returns the external id of a document.
   *
   * @param documentNumber 0 to {@link #documentCount} − 1
   */
  public String externalId(int documentNumber) {
    return ids.get(documentNumber);
  }

  /**
   * Returns the number of a document, or {@link #ABSENT}.
   *
   * @param externalId the user's id
   */
  public int documentNumber(String externalId) {
    return ids.find(idSlots, externalId);
  }

  /** Returns the order of indexing, or null when the documents are numbered in that order. */
  public @Nullable IndexingOrder indexingOrder() {
    return indexingOrder;
  }

  /**
   * Returns how long the stored fields of a document are when they are unpacked, without unpacking
   * them.
   *
   * @param documentNumber 0 to {@link #documentCount} − 1
   * @return bytes, 0 or more; 0 for a record so damaged that no length is known, which fails when
   *     its fields are read
   */
  public long storedLengthBytes(int documentNumber) {
    Section bytes = storedBytes;
    if (bytes == null) {
      return 0;
    }
    long at = offset(documentNumber) + StoredLayout.UNPACKED_LENGTH_OFFSET;
    int length = bytes.bytes().get(FileLayout.U32, at);
    return length < 0 || length > FormatV1.STORED_RECORD_LENGTH_MAX ? 0 : length;
  }

  /** Returns the names of all stored fields, in the order in which the build met them. */
  public List<String> fieldNames() {
    return fieldNames;
  }

  /** Frees the native memory of the dictionary. The segment calls this when it is released. */
  void close() {
    if (dictionary != null) {
      dictionary.close();
    }
  }

  /** Opens a reader of stored fields. The caller closes it. */
  public FieldReader openFields() {
    return new FieldReader();
  }

  /**
   * Unpacks stored fields. Only one thread may use a reader. It must be closed, because it holds
   * native memory.
   */
  public final class FieldReader implements AutoCloseable {
    private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
    private boolean dictionaryLoaded;

    private FieldReader() {}

    /**
     * Returns the wanted fields of a document, in the order in which the document was given with
     * them.
     *
     * @param documentNumber 0 to {@link DocumentStore#documentCount} − 1
     * @param wanted tells by name which fields are wanted
     * @throws UncheckedIOException with a {@link CorruptSegmentException} as its cause, if the
     *     record is damaged
     */
    public Map<String, String> fields(int documentNumber, Predicate<String> wanted) {
      Map<String, String> fields = new LinkedHashMap<>();
      byte[] record = unpack(documentNumber);
      ByteBuffer unpacked = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
      while (unpacked.hasRemaining()) {
        if (unpacked.remaining() < StoredLayout.FIELD_BYTES_OFFSET) {
          throw damaged(documentNumber, "a whole field", unpacked.remaining() + " bytes");
        }
        int number = unpacked.getShort() & 0xFFFF;
        int length = unpacked.getInt();
        if (number >= fieldNames.size() || length < 0 || length > unpacked.remaining()) {
          throw damaged(
              documentNumber,
              "a field of at most " + unpacked.remaining() + " bytes",
              number + ":" + length);
        }
        String name = fieldNames.get(number);
        if (wanted.test(name)) {
          fields.put(name, new String(record, unpacked.position(), length, StandardCharsets.UTF_8));
        }
        unpacked.position(unpacked.position() + length);
      }
      return fields;
    }

    @Override
    public void close() {
      zstd.close();
    }

    private byte[] unpack(int documentNumber) {
      Section bytes = storedBytes;
      if (bytes == null) {
        return new byte[0];
      }
      long start = offset(documentNumber);
      MemorySegment record = bytes.bytes().asSlice(start, offset(documentNumber + 1) - start);
      int length = record.get(FileLayout.U32, StoredLayout.UNPACKED_LENGTH_OFFSET);
      if (length < 0 || length > FormatV1.STORED_RECORD_LENGTH_MAX) {
        throw damaged(
            documentNumber, "0 to " + FormatV1.STORED_RECORD_LENGTH_MAX + " bytes", length);
      }
      byte[] unpacked = new byte[length];
      if (length > 0) {
        byte[] packed = record.asSlice(StoredLayout.PACKED_OFFSET).toArray(FileLayout.U8);
        try {
          loadDictionary();
          int found = zstd.decompressByteArray(unpacked, 0, length, packed, 0, packed.length);
          if (found != length) {
            throw damaged(documentNumber, length + " unpacked bytes", found);
          }
        } catch (ZstdException broken) {
          throw damaged(documentNumber, "a zstd frame", String.valueOf(broken.getMessage()));
        }
      }
      return unpacked;
    }

    private void loadDictionary() {
      ZstdDictDecompress digested = dictionary;
      if (!dictionaryLoaded && digested != null) {
        zstd.loadDict(digested);
      }
      dictionaryLoaded = true;
    }

    private UncheckedIOException damaged(int documentNumber, Object expected, Object found) {
      Section bytes = storedBytes;
      long place = bytes == null ? 0 : bytes.offset() + offset(documentNumber);
      String file = bytes == null ? "documents.dat" : bytes.file();
      return new UncheckedIOException(new CorruptSegmentException(file, place, expected, found));
    }
  }

  /**
   * Returns the offset in bytes of the stored record of a document, or 0 if the segment has no
   * stored fields.
   */
  private long offset(int documentNumber) {
    Section offsets = storedOffsets;
    if (offsets == null) {
      return 0;
    }
    return offsets.encoding() == StringListLayout.ENCODING_U64
        ? offsets.bytes().get(FileLayout.U64, (long) documentNumber * Long.BYTES)
        : Integer.toUnsignedLong(offsets.u32(documentNumber));
  }

  static List<String> readFieldNames(MappedFile meta) throws CorruptSegmentException {
    Section offsets = meta.section(SectionKind.FIELD_NAME_OFFSETS);
    int count = offsets.countAtMost(FormatV1.FIELD_COUNT_MAX);
    StringList names = new StringList(offsets, meta.section(SectionKind.FIELD_NAME_BYTES), count);
    names.check(0);
    List<String> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      list.add(names.get(i));
    }
    return list;
  }
}
