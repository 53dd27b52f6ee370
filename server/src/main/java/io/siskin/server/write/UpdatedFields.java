package io.siskin.server.write;

import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Changes the fields of a document and leaves its vector. */
final class UpdatedFields {
  private UpdatedFields() {}

  /**
   * Returns the document with changed fields.
   *
   * @param schema the declared fields
   * @param before the document
   * @param update what is set and removed
   * @throws InvalidInputException when a value does not fit the schema, when the text or the tenant
   *     would change, or when a field is set and removed
   */
  static QuantizedDocument of(Schema schema, QuantizedDocument before, FieldsUpdate update) {
    Map<String, String> stored = new LinkedHashMap<>(before.stored());
    Map<String, FieldValue> declared = new LinkedHashMap<>(before.declared());
    for (String name : update.remove()) {
      if (update.set().containsKey(name)) {
        throw new InvalidInputException("remove", "'" + name + "'", "no field that is set as well");
      }
      checkMayChange(schema, name);
      stored.remove(name);
      declared.remove(name);
    }
    update
        .set()
        .forEach(
            (name, value) -> {
              checkMayChange(schema, name);
              if (schema.field(name) == null) {
                stored.put(name, DocumentPreparation.storedText(name, value));
              } else {
                declared.put(name, value);
              }
            });
    schema.check(declared);
    return new QuantizedDocument(before.id(), before.position(), before.vector(), stored, declared);
  }

  private static void checkMayChange(Schema schema, String name) {
    if (name.equals(DocumentPreparation.TEXT)) {
      throw new InvalidInputException(
          "field", "'text'", "another one, since the vector was made of it: upsert the document");
    }
    if (name.equals(schema.tenantField())) {
      throw new InvalidInputException(
          "field", "'" + name + "'", "another one, since it says whose the document is");
    }
  }
}
