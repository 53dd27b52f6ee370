package io.siskin.server.write;

import io.siskin.index.dense.KeyedVector;
import io.siskin.index.document.FieldValue;
import io.siskin.index.vector.SparseVector;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A document as a caller writes it.
 *
 * @param id its external id, 1 to 65,535 bytes of UTF-8
 * @param vector its vector; null to have it made of the text
 * @param text its text, which is stored as the field {@code text}; null for none
 * @param fields its other fields, by name. Fields that the schema does not declare are {@link
 *     FieldValue.Text}
 * @param dense its dense vectors, by the name of the dense field and in their order; none says the
 *     same as a field that is missing
 * @param tokenVectors its token vectors, by the name of the dense field and in their order
 * @param keyedVectors its vectors with keys, by the name of the dense field
 */
public record DocumentInput(
    String id,
    @Nullable SparseVector vector,
    @Nullable String text,
    Map<String, FieldValue> fields,
    Map<String, List<float[]>> dense,
    Map<String, List<SparseVector>> tokenVectors,
    Map<String, List<KeyedVector>> keyedVectors) {
  /**
   * Makes a document without token vectors.
   *
   * @param id see above
   * @param vector see above
   * @param text see above
   * @param fields see above
   * @param dense see above
   */
  public DocumentInput(
      String id,
      @Nullable SparseVector vector,
      @Nullable String text,
      Map<String, FieldValue> fields,
      Map<String, List<float[]>> dense) {
    this(id, vector, text, fields, dense, Map.of(), Map.of());
  }

  /**
   * Makes a document without dense vectors.
   *
   * @param id see above
   * @param vector see above
   * @param text see above
   * @param fields see above
   */
  public DocumentInput(
      String id,
      @Nullable SparseVector vector,
      @Nullable String text,
      Map<String, FieldValue> fields) {
    this(id, vector, text, fields, Map.of());
  }
}
