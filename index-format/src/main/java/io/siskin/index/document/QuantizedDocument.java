package io.siskin.index.document;

import io.siskin.index.dense.DenseVectors;
import io.siskin.index.quantize.QuantizedVector;
import java.util.Map;

/**
 * A document as segments store it. It is what the log holds, what the growing segment takes, and
 * what the build of a segment takes from other segments.
 *
 * @param id its external id, 1 to 65,535 bytes of UTF-8
 * @param position where it stands in the order of writes, from 1
 * @param vector its vector
 * @param stored the fields that are stored as texts, by name
 * @param declared the values of the fields that the schema declares, by name
 * @param dense its dense vectors, by the name of the dense field; a field without a vector is not
 *     in it
 */
public record QuantizedDocument(
    String id,
    long position,
    QuantizedVector vector,
    Map<String, String> stored,
    Map<String, FieldValue> declared,
    Map<String, DenseVectors> dense) {
  /**
   * Makes a document without dense vectors.
   *
   * @param id see above
   * @param position see above
   * @param vector see above
   * @param stored see above
   * @param declared see above
   */
  public QuantizedDocument(
      String id,
      long position,
      QuantizedVector vector,
      Map<String, String> stored,
      Map<String, FieldValue> declared) {
    this(id, position, vector, stored, declared, Map.of());
  }

  /**
   * Returns the same document at another position.
   *
   * @param newPosition where it stands in the order of writes, from 1
   */
  public QuantizedDocument at(long newPosition) {
    return new QuantizedDocument(id, newPosition, vector, stored, declared, dense);
  }
}
