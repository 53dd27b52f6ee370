package io.siskin.server.write;

import io.siskin.index.document.DocumentLimits;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.collection.CollectionSettings;
import java.util.LinkedHashMap;
import java.util.Map;

/** Changes the fields of a document and leaves its vector. */
final class UpdatedFields {
  private UpdatedFields() {}

  /**
   * Returns the document with changed fields.
   *
   * @param settings the declared fields, and whether others are stored
   * @param before the document
   * @param update what is set and removed
   * @throws InvalidInputException when a value does not fit the schema, when the text or the tenant
   *     would change, when a field is set and removed, or when the stored fields get too long
   */
  static QuantizedDocument of(
      CollectionSettings settings, QuantizedDocument before, FieldsUpdate update) {
    Schema schema = settings.schema();
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
    Map<String, String> kept = settings.storage().structures().storeFields() ? stored : Map.of();
    DocumentLimits.checkStored(before.id(), kept);
    return new QuantizedDocument(before.id(), before.position(), before.vector(), kept, declared);
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
