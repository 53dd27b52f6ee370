package io.siskin.server.retrieve;

import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.FieldValue;
import io.siskin.index.vector.SparseVector;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A document as it is stored.
 *
 * @param id its external id
 * @param position where it stands in the order of writes, from 1
 * @param vector its vector, with weights as they are after quantisation; null when it was not asked
 *     for
 * @param fields the fields that were asked for and that it has, by name; fields that the schema
 *     does not declare, {@code text} among them, are texts
 * @param dense the dense vectors that were asked for and that it has, as they are stored, by the
 *     name of the dense field
 */
public record StoredDocument(
    String id,
    long position,
    @Nullable SparseVector vector,
    Map<String, FieldValue> fields,
    Map<String, DenseVectors> dense) {
  /**
   * Makes a document without dense vectors.
   *
   * @param id see above
   * @param position see above
   * @param vector see above
   * @param fields see above
   */
  public StoredDocument(
      String id, long position, @Nullable SparseVector vector, Map<String, FieldValue> fields) {
    this(id, position, vector, fields, Map.of());
  }
}
