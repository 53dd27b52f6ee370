package io.siskin.index.document;

import io.siskin.index.dense.DenseVectors;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StoredLayout;
import io.siskin.index.format.v2.FormatV2;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a segment takes of a document at most. A build checks it, and so does a writer before it
 * promises to keep a document: what no segment takes could never leave its memory.
 */
public final class DocumentLimits {
  private static final int UTF8_BYTES_PER_UNIT_MAX = 3;

  private DocumentLimits() {}

  /**
   * Returns the UTF-8 of an external id.
   *
   * @param id the id
   * @throws InvalidInputException when it is empty or too long, or when UTF-8 cannot express it
   */
  public static byte[] idUtf8(String id) {
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > FormatV1.EXTERNAL_ID_LENGTH_MAX) {
      throw new InvalidInputException(
          "id", id, "1 to " + FormatV1.EXTERNAL_ID_LENGTH_MAX + " bytes of UTF-8");
    }
    // Half a surrogate pair has no UTF-8 form. Java would replace it by another character, which
    // would make another id.
    if (!new String(bytes, StandardCharsets.UTF_8).equals(id)) {
      throw new InvalidInputException("id", id, "text that UTF-8 can express");
    }
    return bytes;
  }

  /**
   * Checks how long the stored fields of a document are.
   *
   * @param id the document's id, for the message
   * @param fields the texts by the name of the field
   * @throws InvalidInputException when they are too long for a segment
   */
  public static void checkStored(String id, Map<String, String> fields) {
    long units = 0;
    for (String text : fields.values()) {
      units += text.length();
    }
    // Most documents are so short that nothing need be encoded to know it.
    if (storedLengthBytes(UTF8_BYTES_PER_UNIT_MAX * units, fields.size())
        <= FormatV1.STORED_RECORD_LENGTH_MAX) {
      return;
    }
    long textBytes = 0;
    for (String text : fields.values()) {
      textBytes += text.getBytes(StandardCharsets.UTF_8).length;
    }
    checkStoredLength(id, textBytes, fields.size());
  }

  /**
   * Checks how long the stored fields of a document are, whose texts are encoded already.
   *
   * @param id the document's id, for the message
   * @param textBytes the bytes of all texts
   * @param fieldCount the number of fields
   * @throws InvalidInputException when they are too long for a segment
   */
  public static void checkStoredLength(String id, long textBytes, int fieldCount) {
    long length = storedLengthBytes(textBytes, fieldCount);
    if (length > FormatV1.STORED_RECORD_LENGTH_MAX) {
      throw new InvalidInputException(
          "stored fields of document '" + id + "'",
          length + " bytes",
          "at most " + FormatV1.STORED_RECORD_LENGTH_MAX + " bytes");
    }
  }

  /**
   * Checks how long the dense vectors of a document are.
   *
   * @param id the document's id, for the message
   * @param dense the vectors by the name of the field
   * @throws InvalidInputException when they are too long for a segment
   */
  public static void checkDense(String id, Map<String, DenseVectors> dense) {
    long length = 0;
    for (DenseVectors vectors : dense.values()) {
      length += vectors.lengthBytes();
    }
    if (length > FormatV2.DENSE_DOCUMENT_LENGTH_MAX) {
      throw new InvalidInputException(
          "dense vectors of document '" + id + "'",
          length + " bytes",
          "at most " + FormatV2.DENSE_DOCUMENT_LENGTH_MAX + " bytes");
    }
  }

  private static long storedLengthBytes(long textBytes, int fieldCount) {
    return textBytes + (long) StoredLayout.FIELD_BYTES_OFFSET * fieldCount;
  }
}
