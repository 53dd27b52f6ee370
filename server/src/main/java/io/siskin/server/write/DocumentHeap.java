package io.siskin.server.write;

import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.quantize.QuantizedVector;
import java.util.Map;

/**
 * How much heap documents take while they wait. The sizes are those of a JVM with compressed
 * references; characters count as two bytes each, so texts in Latin script take less.
 */
final class DocumentHeap {
  // The document, its vector and the arrays' headers, and two maps.
  private static final long DOCUMENT_BYTES = 320;

  // A string and the header of its array.
  private static final long TEXT_BYTES = 40;

  // An entry of a linked map and its slot.
  private static final long ENTRY_BYTES = 48;

  // The vectors and the headers of their two arrays.
  private static final long DENSE_BYTES = 72;

  // The object of a value.
  private static final long VALUE_BYTES = 24;

  private DocumentHeap() {}

  /**
   * Returns about how many bytes of heap a document takes.
   *
   * @param document the document
   */
  static long bytes(QuantizedDocument document) {
    long bytes = DOCUMENT_BYTES + bytes(document.id()) + bytes(document.vector());
    for (Map.Entry<String, String> field : document.stored().entrySet()) {
      bytes += ENTRY_BYTES + bytes(field.getKey()) + bytes(field.getValue());
    }
    for (Map.Entry<String, FieldValue> field : document.declared().entrySet()) {
      bytes += ENTRY_BYTES + bytes(field.getKey()) + bytes(field.getValue());
    }
    for (Map.Entry<String, DenseVectors> field : document.dense().entrySet()) {
      bytes += ENTRY_BYTES + bytes(field.getKey()) + DENSE_BYTES + field.getValue().lengthBytes();
    }
    return bytes;
  }

  /**
   * Returns about how many bytes of heap a text takes.
   *
   * @param text the text
   */
  static long bytes(String text) {
    return TEXT_BYTES + 2L * text.length();
  }

  /**
   * Returns about how many bytes of heap a value of a declared field takes.
   *
   * @param value the value
   */
  static long bytes(FieldValue value) {
    return switch (value) {
      case FieldValue.Text(String text) -> VALUE_BYTES + bytes(text);
      case FieldValue.TextList list -> {
        long bytes = 2 * VALUE_BYTES;
        for (String text : list.values()) {
          bytes += Integer.BYTES + bytes(text);
        }
        yield bytes;
      }
      case FieldValue.Keyed _ -> VALUE_BYTES;
    };
  }

  private static long bytes(QuantizedVector vector) {
    int perTerm =
        Integer.BYTES + 1 + (vector.hasResiduals() ? 1 : 0) + (vector.hasFrequencies() ? 1 : 0);
    long bytes = (long) perTerm * vector.size();
    if (vector.isByToken()) {
      for (int i = 0; i < vector.size(); i++) {
        bytes += bytes(vector.token(i));
      }
    }
    return bytes;
  }
}
