package io.siskin.server.ingest;

import io.siskin.index.dense.KeyedVector;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.corpus.SourceDocument;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A document of a build on its way to the segment, with what was made of it so far. Immutable.
 *
 * @param source the document as it was read
 * @param fields its fields without those that say how it is encoded
 * @param vector its sparse vector; null until it is encoded
 * @param dense its dense vectors by the name of the field, as long as they were given or encoded
 * @param keyed its vectors with keys by the name of the field, in the same way
 * @param chunkEnds where chunks of its {@link SourceDocument#text} end; empty for none
 */
record IndexedDocument(
    SourceDocument source,
    Map<String, String> fields,
    @Nullable SparseVector vector,
    Map<String, List<float[]>> dense,
    Map<String, List<KeyedVector>> keyed,
    List<Integer> chunkEnds) {
  /**
   * Takes what a document brings.
   *
   * @param source the document as it was read
   * @param schema the fields of the collection
   * @param hasEncoder whether a dense field has an encoder of documents, which chunks are for
   * @throws InvalidInputException when a member is malformed
   */
  static IndexedDocument of(SourceDocument source, Schema schema, boolean hasEncoder) {
    if (schema.dense().isEmpty()) {
      return new IndexedDocument(
          source, source.fields(), source.vector(), Map.of(), Map.of(), List.of());
    }
    Map<String, String> fields = new LinkedHashMap<>(source.fields());
    try {
      Map<String, List<float[]>> dense = DenseMembers.take(schema, fields);
      Map<String, List<KeyedVector>> keyed = KeyedMembers.take(schema, fields);
      List<Integer> chunkEnds = hasEncoder ? ChunkEnds.take(source.text(), fields) : List.of();
      return new IndexedDocument(source, fields, source.vector(), dense, keyed, chunkEnds);
    } catch (InvalidInputException wrong) {
      throw wrong.at(source.place());
    }
  }

  /** Returns its text; empty for none. */
  String text() {
    return source.text() == null ? "" : source.text();
  }

  /**
   * Returns the same document with its sparse vector.
   *
   * @param made the vector
   */
  IndexedDocument withVector(SparseVector made) {
    return new IndexedDocument(source, fields, made, dense, keyed, chunkEnds);
  }

  /**
   * Returns the same document with vectors of one more dense field.
   *
   * @param field the name of the field
   * @param made the vectors
   */
  IndexedDocument withDense(String field, List<float[]> made) {
    Map<String, List<float[]>> more = new LinkedHashMap<>(dense);
    more.put(field, made);
    return new IndexedDocument(source, fields, vector, more, keyed, chunkEnds);
  }

  /**
   * Returns the same document with vectors with keys of one more dense field.
   *
   * @param field the name of the field
   * @param made the vectors
   */
  IndexedDocument withKeyed(String field, List<KeyedVector> made) {
    Map<String, List<KeyedVector>> more = new LinkedHashMap<>(keyed);
    more.put(field, made);
    return new IndexedDocument(source, fields, vector, dense, more, chunkEnds);
  }
}
