package io.siskin.loadtest.crash;

import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.FieldValue;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.retrieve.StoredDocument;
import io.siskin.server.write.DocumentInput;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A document as it should be.
 *
 * <p>Immutable.
 *
 * @param id its id
 * @param vector its quantised vector
 * @param fields its fields, declared or not
 * @param dense its dense vectors as they are stored
 */
record ModelDocument(
    String id,
    ModelVector vector,
    Map<String, FieldValue> fields,
    Map<String, DenseVectors> dense) {
  /** Makes a document without dense vectors. */
  ModelDocument(String id, ModelVector vector, Map<String, FieldValue> fields) {
    this(id, vector, fields, Map.of());
  }

  /**
   * Makes a document of what a caller writes.
   *
   * @param kind the kind of the collection
   * @param tenant whose document it is; empty for nobody's
   * @param input what the caller writes
   */
  static ModelDocument of(CollectionKind kind, String tenant, DocumentInput input) {
    Map<String, FieldValue> fields =
        new LinkedHashMap<>(kind.hasFields() ? input.fields() : Map.of());
    if (!tenant.isEmpty()) {
      fields.put(CollectionKind.OWNER, new FieldValue.Text(tenant));
    }
    String text = input.text();
    if (text != null) {
      fields.put("text", new FieldValue.Text(text));
      return new ModelDocument(input.id(), ModelVector.ofText(text), fields);
    }
    SparseVector vector = Objects.requireNonNull(input.vector());
    return new ModelDocument(
        input.id(),
        ModelVector.given(vector),
        fields,
        kind.settings().schema().stored(input.dense()));
  }

  /**
   * Returns the document with some fields set.
   *
   * @param changed their values by their names
   */
  ModelDocument with(Map<String, FieldValue> changed) {
    Map<String, FieldValue> all = new LinkedHashMap<>(fields);
    all.putAll(changed);
    return new ModelDocument(id, vector, all, dense);
  }

  /** Returns the year; 0 when there is none. */
  long year() {
    return fields.get("year") instanceof FieldValue.Whole(long year) ? year : 0;
  }

  /** Returns whose it is; empty for nobody's. */
  String owner() {
    return fields.get(CollectionKind.OWNER) instanceof FieldValue.Text(String owner) ? owner : "";
  }

  /**
   * Tells whether what a server returned is this document: id, every weight, every field and every
   * dense vector.
   *
   * @param found the document with its vector and all its fields
   */
  boolean isSame(StoredDocument found) {
    SparseVector stored = found.vector();
    return id.equals(found.id())
        && fields.equals(found.fields())
        && dense.equals(found.dense())
        && stored != null
        && vector.isSame(stored);
  }
}
