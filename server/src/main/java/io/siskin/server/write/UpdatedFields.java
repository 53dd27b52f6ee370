package io.siskin.server.write;

import io.siskin.index.document.DocumentLimits;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.encode.spec.EncoderSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/** Changes the fields of a document and leaves its vectors, sparse and dense. */
final class UpdatedFields {
  private UpdatedFields() {}

  /**
   * Returns the document with changed fields.
   *
   * @param settings the declared fields, and whether others are stored
   * @param encoder how text becomes vectors
   * @param before the document
   * @param update what is set and removed
   * @throws InvalidInputException when a value does not fit the schema, when a field that is
   *     encoded or the tenant would change, when a field is set and removed, or when the stored
   *     fields get too long
   */
  static QuantizedDocument of(
      CollectionSettings settings,
      EncoderSpec encoder,
      QuantizedDocument before,
      FieldsUpdate update) {
    Schema schema = settings.schema();
    Map<String, String> stored = new LinkedHashMap<>(before.stored());
    Map<String, FieldValue> declared = new LinkedHashMap<>(before.declared());
    for (String name : update.remove()) {
      if (update.set().containsKey(name)) {
        throw new InvalidInputException("remove", "'" + name + "'", "no field that is set as well");
      }
      checkMayChange(settings, encoder, name);
      stored.remove(name);
      declared.remove(name);
    }
    update
        .set()
        .forEach(
            (name, value) -> {
              checkMayChange(settings, encoder, name);
              if (schema.field(name) == null) {
                stored.put(name, DocumentPreparation.storedText(name, value));
              } else {
                declared.put(name, value);
              }
            });
    schema.check(declared);
    Map<String, String> kept = settings.storage().structures().storeFields() ? stored : Map.of();
    DocumentLimits.checkStored(before.id(), kept);
    return new QuantizedDocument(
        before.id(), before.position(), before.vector(), kept, declared, before.dense());
  }

  /** Refuses what the vector may have been made of. It is by name, so that it can be foreseen. */
  private static void checkMayChange(
      CollectionSettings settings, EncoderSpec encoder, String name) {
    Schema schema = settings.schema();
    if (name.equals(DocumentPreparation.TEXT)) {
      throw new InvalidInputException(
          "field", "'text'", "another one, since the vector goes with it: upsert the document");
    }
    if (name.equals(DocumentPreparation.TITLE)
        && (encoder.encodesDocuments() || settings.encodesDenseDocuments())
        && DocumentPreparation.isTitleText(schema)) {
      throw new InvalidInputException(
          "field",
          "'title'",
          "another one, since the collection encodes it before the text: upsert the document");
    }
    if (name.equals(schema.tenantField())) {
      throw new InvalidInputException(
          "field", "'" + name + "'", "another one, since it says whose the document is");
    }
  }
}
