package io.siskin.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One document. Immutable; made by {@link #of} and refined by the {@code with} methods.
 *
 * <p>Ranges are checked by the server, which refuses a document by itself.
 *
 * @param id its external id, 1 to 65,535 bytes of UTF-8
 * @param vector its vector; null to have it made of the text, or when it was not asked for
 * @param text its text, at most 1,048,576 characters; null for none
 * @param fields its other fields, by name: at most 256. A field that the collection does not
 *     declare must be a text
 * @param position where it stands in the order of writes, from 1; 0 in a document to write
 * @param dense its dense vectors, by the name of the dense field, in their order. In a document
 *     that was read, those that were asked for, as they are stored
 * @param tokenVectors its token vectors, by the name of a dense field that stores terms. In a
 *     document that was read, those that were asked for, with the numbers of terms as term ids
 * @param keyedVectors its vectors with keys, by the name of a dense field that stores keys. In a
 *     document that was read, those that were asked for, by ascending keys
 */
public record Document(
    String id,
    @Nullable SparseVector vector,
    @Nullable String text,
    Map<String, FieldValue> fields,
    long position,
    Map<String, List<float[]>> dense,
    Map<String, List<SparseVector>> tokenVectors,
    Map<String, List<KeyedVector>> keyedVectors) {
  /** Copies the maps, but not the vectors. */
  public Document {
    fields = Map.copyOf(fields);
    dense = Map.copyOf(dense);
    tokenVectors = Map.copyOf(tokenVectors);
    keyedVectors = Map.copyOf(keyedVectors);
  }

  /**
   * Makes a document without token vectors.
   *
   * @param id see above
   * @param vector see above
   * @param text see above
   * @param fields see above
   * @param position see above
   * @param dense see above
   */
  public Document(
      String id,
      @Nullable SparseVector vector,
      @Nullable String text,
      Map<String, FieldValue> fields,
      long position,
      Map<String, List<float[]>> dense) {
    this(id, vector, text, fields, position, dense, Map.of(), Map.of());
  }

  /**
   * Makes a document without dense vectors.
   *
   * @param id see above
   * @param vector see above
   * @param text see above
   * @param fields see above
   * @param position see above
   */
  public Document(
      String id,
      @Nullable SparseVector vector,
      @Nullable String text,
      Map<String, FieldValue> fields,
      long position) {
    this(id, vector, text, fields, position, Map.of());
  }

  /**
   * Makes a document of an id.
   *
   * @param id its id
   */
  public static Document of(String id) {
    return new Document(id, null, null, Map.of(), 0);
  }

  /**
   * Returns the same document with a text.
   *
   * @param newText the text
   */
  public Document withText(String newText) {
    return new Document(id, vector, newText, fields, position, dense, tokenVectors, keyedVectors);
  }

  /**
   * Returns the same document with a vector, which is indexed as it is.
   *
   * @param newVector the vector
   */
  public Document withVector(SparseVector newVector) {
    return new Document(id, newVector, text, fields, position, dense, tokenVectors, keyedVectors);
  }

  /**
   * Returns the same document with one more field.
   *
   * @param name the field's name
   * @param value its value
   */
  public Document withField(String name, FieldValue value) {
    Map<String, FieldValue> more = new LinkedHashMap<>(fields);
    more.put(name, value);
    return new Document(id, vector, text, more, position, dense, tokenVectors, keyedVectors);
  }

  /**
   * Returns the same document with the vectors of one more dense field.
   *
   * @param name the name of the dense field
   * @param vectors the vectors, in their order
   */
  public Document withDense(String name, float[]... vectors) {
    Map<String, List<float[]>> more = new LinkedHashMap<>(dense);
    more.put(name, List.of(vectors));
    return new Document(id, vector, text, fields, position, more, tokenVectors, keyedVectors);
  }

  /**
   * Returns the same document with the token vectors of one more dense field, which stores terms.
   *
   * @param name the name of the dense field
   * @param vectors the vectors of the tokens, in their order
   */
  public Document withTokenVectors(String name, List<SparseVector> vectors) {
    Map<String, List<SparseVector>> more = new LinkedHashMap<>(tokenVectors);
    more.put(name, List.copyOf(vectors));
    return new Document(id, vector, text, fields, position, dense, more, keyedVectors);
  }

  /**
   * Returns the same document with the vectors with keys of one more dense field, which stores
   * keys.
   *
   * @param name the name of the dense field
   * @param vectors the vectors; the server sorts them by their keys
   */
  public Document withKeyedVectors(String name, List<KeyedVector> vectors) {
    Map<String, List<KeyedVector>> more = new LinkedHashMap<>(keyedVectors);
    more.put(name, List.copyOf(vectors));
    return new Document(id, vector, text, fields, position, dense, tokenVectors, more);
  }
}
