package io.siskin.loadtest.crash;

import io.siskin.index.build.VectorQuantizer;
import io.siskin.index.build.Weighting;
import io.siskin.index.document.FieldValue;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.retrieve.StoredDocument;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A document as it should be. Its vector is quantised as the server does it.
 *
 * <p>Immutable.
 *
 * @param id its id
 * @param vector its quantised vector, keyed by term id
 * @param fields its fields, declared or not
 */
record ModelDocument(String id, QuantizedVector vector, Map<String, FieldValue> fields) {
  private static final VectorQuantizer QUANTIZER =
      new VectorQuantizer(
          new Weighting.AsGiven(),
          StorageOptions.DEFAULTS.quantization(),
          StorageOptions.DEFAULTS.structures().residuals(),
          StorageOptions.DEFAULTS.structures().frequencies());

  /**
   * Makes a document of what a caller writes.
   *
   * @param id its id
   * @param vector its vector
   * @param fields its fields
   */
  static ModelDocument of(String id, TermIdVector vector, Map<String, FieldValue> fields) {
    return new ModelDocument(id, QUANTIZER.quantize(vector), fields);
  }

  /**
   * Returns the document with some fields set.
   *
   * @param changed their values by their names
   */
  ModelDocument with(Map<String, FieldValue> changed) {
    Map<String, FieldValue> all = new LinkedHashMap<>(fields);
    all.putAll(changed);
    return new ModelDocument(id, vector, all);
  }

  /** Returns the year, which every document has. */
  long year() {
    return fields.get("year") instanceof FieldValue.Whole(long year) ? year : 0;
  }

  /**
   * Tells whether what a server returned is this document: id, every weight and every field.
   *
   * @param found the document with its vector and all its fields
   */
  boolean isSame(StoredDocument found) {
    if (!id.equals(found.id())
        || !fields.equals(found.fields())
        || !(found.vector() instanceof TermIdVector stored)
        || stored.size() != vector.size()) {
      return false;
    }
    for (int i = 0; i < stored.size(); i++) {
      // The server returns the weights that scores are computed with.
      float weight = (float) (vector.scale() * (double) vector.impact(i));
      if (stored.termId(i) != vector.termId(i) || stored.weight(i) != weight) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the score that a search should give; 0 when no term is shared.
   *
   * @param query the query, keyed by term id
   */
  float score(QuantizedQuery query) {
    TermIdVector terms = (TermIdVector) Objects.requireNonNull(query.vector());
    int sum = 0;
    for (int i = 0; i < terms.size(); i++) {
      for (int j = 0; j < vector.size(); j++) {
        if (vector.termId(j) == terms.termId(i)) {
          sum += query.weight(i) * vector.impact(j);
        }
      }
    }
    return query.score(sum, vector.scale());
  }
}
