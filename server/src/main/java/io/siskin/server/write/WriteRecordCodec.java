package io.siskin.server.write;

import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v2.ColumnLayout;
import io.siskin.index.quantize.QuantizedVector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes of requests as bytes of the log, and back. {@code docs/format.md} describes the bytes.
 *
 * <p>A record says by itself how it is read, and holds nothing that depends on a segment. Its
 * vectors are quantised already. So a log can be replayed without a model, and gives the same
 * scores whatever the version that replays it would make of the text.
 *
 * <p>Used by one thread; the buffer is reused.
 */
final class WriteRecordCodec {
  /** The type of a frame of {@link WriteRecord.Upserts}. */
  static final int UPSERTS = 1;

  /** The type of a frame of {@link WriteRecord.Deletes}. */
  static final int DELETES = 2;

  /**
   * The type of a frame of {@link WriteRecord.Upserts} of which a document has a dense vector.
   * Other frames keep the type and the bytes that they always had.
   */
  static final int UPSERTS_WITH_DENSE = 3;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final int BY_TOKEN = 1;
  private static final int WITH_RESIDUALS = 2;
  private static final int WITH_FREQUENCIES = 4;
  private static final int BUFFER_HELD_MAX = 8 << 20;

  private ExpandableArrayBuffer out = new ExpandableArrayBuffer(1 << 16);
  private int at;

  /**
   * Returns the type of the frame of a record.
   *
   * @param record the record
   */
  static int type(WriteRecord record) {
    return switch (record) {
      case WriteRecord.Upserts upserts -> hasDense(upserts) ? UPSERTS_WITH_DENSE : UPSERTS;
      case WriteRecord.Deletes _ -> DELETES;
    };
  }

  private static boolean hasDense(WriteRecord.Upserts upserts) {
    for (QuantizedDocument document : upserts.documents()) {
      if (!document.dense().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the bytes of a record. They are valid until the next call.
   *
   * @param record the record
   */
  ByteBuffer encode(WriteRecord record) {
    if (out.capacity() > BUFFER_HELD_MAX) {
      out = new ExpandableArrayBuffer(1 << 16);
    }
    at = 0;
    switch (record) {
      case WriteRecord.Upserts upserts -> {
        boolean withDense = hasDense(upserts);
        putInt(upserts.documents().size());
        for (QuantizedDocument document : upserts.documents()) {
          put(document);
          if (withDense) {
            putDense(document.dense());
          }
        }
      }
      case WriteRecord.Deletes(long position, List<String> ids) -> {
        putLong(position);
        putInt(ids.size());
        ids.forEach(this::putText);
      }
    }
    return ByteBuffer.wrap(out.byteArray(), 0, at);
  }

  private void put(QuantizedDocument document) {
    putLong(document.position());
    putText(document.id());
    put(document.vector());
    putInt(document.stored().size());
    document
        .stored()
        .forEach(
            (name, text) -> {
              putText(name);
              putText(text);
            });
    putInt(document.declared().size());
    document
        .declared()
        .forEach(
            (name, value) -> {
              putText(name);
              put(value);
            });
  }

  private void putDense(Map<String, DenseVectors> dense) {
    putInt(dense.size());
    dense.forEach(
        (name, vectors) -> {
          DenseType type = vectors.type();
          putText(name);
          putInt(type.dimensions());
          putInt(type.storage().code());
          putInt(type.similarity().code());
          putInt(vectors.count());
          for (int vector = 0; type.hasMarks() && vector < vectors.count(); vector++) {
            putInt(vectors.mark(vector));
          }
          byte[] values = vectors.storedValues();
          out.putBytes(at, values);
          at += values.length;
        });
  }

  private void put(QuantizedVector vector) {
    putByte(
        (vector.isByToken() ? BY_TOKEN : 0)
            | (vector.hasResiduals() ? WITH_RESIDUALS : 0)
            | (vector.hasFrequencies() ? WITH_FREQUENCIES : 0));
    putInt(Float.floatToRawIntBits(vector.scale()));
    putInt(Float.floatToRawIntBits(vector.length()));
    putInt(vector.size());
    for (int i = 0; i < vector.size(); i++) {
      if (vector.isByToken()) {
        putText(vector.token(i));
      } else {
        putInt(vector.termId(i));
      }
    }
    for (int i = 0; i < vector.size(); i++) {
      putByte(vector.impact(i));
    }
    for (int i = 0; vector.hasResiduals() && i < vector.size(); i++) {
      putByte(vector.residual(i));
    }
    for (int i = 0; vector.hasFrequencies() && i < vector.size(); i++) {
      putByte(vector.frequency(i));
    }
  }

  private void put(FieldValue value) {
    putByte(code(value.type()));
    switch (value) {
      case FieldValue.Text(String text) -> putText(text);
      case FieldValue.TextList(List<String> texts) -> {
        putInt(texts.size());
        texts.forEach(this::putText);
      }
      case FieldValue.Keyed keyed -> putLong(keyed.key());
    }
  }

  /** Returns the number that a type has in columns too. */
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

  private void putByte(int value) {
    out.putByte(at, (byte) value);
    at += Byte.BYTES;
  }

  private void putInt(int value) {
    out.putInt(at, value, ORDER);
    at += Integer.BYTES;
  }

  private void putLong(long value) {
    out.putLong(at, value, ORDER);
    at += Long.BYTES;
  }

  private void putText(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    putInt(bytes.length);
    out.putBytes(at, bytes);
    at += bytes.length;
  }

  /**
   * Reads a record.
   *
   * @param type the type of its frame
   * @param payload its bytes
   * @throws InvalidInputException when they are not a record; the caller knows the place
   */
  static WriteRecord decode(int type, ByteBuffer payload) {
    Reader reader = new Reader(payload);
    try {
      WriteRecord record =
          switch (type) {
            case UPSERTS -> new WriteRecord.Upserts(reader.documents(false));
            case UPSERTS_WITH_DENSE -> new WriteRecord.Upserts(reader.documents(true));
            case DELETES -> new WriteRecord.Deletes(reader.number(), reader.texts());
            default -> throw new InvalidInputException("type of a record", type, "1 to 3");
          };
      if (reader.at != reader.in.capacity()) {
        throw damaged("bytes after the record", reader.in.capacity() - reader.at, "none");
      }
      return record;
    } catch (IndexOutOfBoundsException tooShort) {
      throw damaged("length of a record", reader.in.capacity() + " bytes", "all of its bytes");
    }
  }

  private static InvalidInputException damaged(String what, Object found, String expected) {
    return new InvalidInputException(what, found, expected);
  }

  /** Reads from the front to the back. Every read checks that the bytes are there. */
  private static final class Reader {
    private final UnsafeBuffer in;
    private int at;

    Reader(ByteBuffer payload) {
      in = new UnsafeBuffer(payload, payload.position(), payload.remaining());
    }

    List<QuantizedDocument> documents(boolean withDense) {
      int count = count(Long.BYTES);
      List<QuantizedDocument> documents = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        long position = number();
        String id = text();
        QuantizedVector vector = vector();
        documents.add(
            new QuantizedDocument(
                id,
                position,
                vector,
                textsByName(),
                valuesByName(),
                withDense ? denseByName() : Map.of()));
      }
      return documents;
    }

    private QuantizedVector vector() {
      int flags = take(Byte.BYTES, in.getByte(at));
      float scale = Float.intBitsToFloat(integer());
      float length = Float.intBitsToFloat(integer());
      boolean byToken = (flags & BY_TOKEN) != 0;
      int count = count(Byte.BYTES + Integer.BYTES);
      String[] tokens = new String[byToken ? count : 0];
      int[] termIds = new int[byToken ? 0 : count];
      for (int i = 0; i < count; i++) {
        if (byToken) {
          tokens[i] = text();
        } else {
          termIds[i] = integer();
        }
      }
      byte[] impacts = bytes(count);
      byte[] residuals = (flags & WITH_RESIDUALS) == 0 ? null : bytes(count);
      byte[] frequencies = (flags & WITH_FREQUENCIES) == 0 ? null : bytes(count);
      return byToken
          ? QuantizedVector.ofTokens(tokens, impacts, residuals, frequencies, scale, length)
          : QuantizedVector.ofTermIds(termIds, impacts, residuals, frequencies, scale, length);
    }

    private Map<String, String> textsByName() {
      int count = count(2 * Integer.BYTES);
      Map<String, String> texts = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        texts.put(text(), text());
      }
      return texts;
    }

    private Map<String, FieldValue> valuesByName() {
      int count = count(Integer.BYTES + Byte.BYTES);
      Map<String, FieldValue> values = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        values.put(text(), value());
      }
      return values;
    }

    private Map<String, DenseVectors> denseByName() {
      int count = count(5 * Integer.BYTES);
      Map<String, DenseVectors> dense = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        String name = text();
        dense.put(name, dense("dense field '" + name + "'"));
      }
      return dense;
    }

    private DenseVectors dense(String what) {
      int dimensions = integer();
      int storageCode = integer();
      int similarityCode = integer();
      DenseStorage storage = DenseStorage.ofCode(storageCode);
      DenseSimilarity similarity = DenseSimilarity.ofCode(similarityCode);
      if (storage == null || similarity == null) {
        throw damaged(
            "storage and similarity of " + what,
            storageCode + " and " + similarityCode,
            "1 to 9, and 1 or 2");
      }
      DenseType type = new DenseType(dimensions, storage, similarity);
      int vectorCount = count(type.vectorBytes());
      int[] marks = new int[type.hasMarks() ? vectorCount : 0];
      for (int i = 0; i < marks.length; i++) {
        marks[i] = integer();
      }
      DenseVectors vectors =
          DenseVectors.ofStored(type, vectorCount, bytes(vectorCount * type.vectorBytes()), marks);
      vectors.checkValues(what);
      return vectors;
    }

    private FieldValue value() {
      int code = take(Byte.BYTES, in.getByte(at));
      return switch (code) {
        case ColumnLayout.TYPE_STRING -> new FieldValue.Text(text());
        case ColumnLayout.TYPE_STRING_LIST -> new FieldValue.TextList(texts());
        case ColumnLayout.TYPE_INT64 -> FieldValue.ofKey(FieldType.INT64, number());
        case ColumnLayout.TYPE_DOUBLE -> FieldValue.ofKey(FieldType.DOUBLE, number());
        case ColumnLayout.TYPE_BOOL -> FieldValue.ofKey(FieldType.BOOL, number());
        case ColumnLayout.TYPE_TIMESTAMP -> FieldValue.ofKey(FieldType.TIMESTAMP, number());
        default -> throw damaged("type of a field", code, "1 to 6");
      };
    }

    List<String> texts() {
      int count = count(Integer.BYTES);
      List<String> texts = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        texts.add(text());
      }
      return texts;
    }

    long number() {
      long value = in.getLong(at, ORDER);
      at += Long.BYTES;
      return value;
    }

    private int integer() {
      return take(Integer.BYTES, in.getInt(at, ORDER));
    }

    /** Reads a number of elements, so that a damaged one allocates no more than the record. */
    private int count(int lengthMin) {
      int count = integer();
      if (count < 0 || (long) count * lengthMin > in.capacity() - at) {
        throw damaged("number of elements", count, "as many as fit into the record");
      }
      return count;
    }

    private String text() {
      return new String(bytes(count(Byte.BYTES)), StandardCharsets.UTF_8);
    }

    private byte[] bytes(int count) {
      byte[] bytes = new byte[count];
      in.getBytes(at, bytes);
      at += count;
      return bytes;
    }

    private int take(int length, int value) {
      at += length;
      return value;
    }
  }
}
