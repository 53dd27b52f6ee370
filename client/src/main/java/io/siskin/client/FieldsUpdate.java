package io.siskin.client;

import java.util.List;
import java.util.Map;

/**
 * A change of the fields of one document. Its vector and its text stay. The server refuses to
 * change {@code text}, a {@code title} that the collection encodes before the text, and the tenant
 * field.
 *
 * @param id the document's id
 * @param set fields to set, by name
 * @param remove names of fields to remove; one that the document lacks is ignored
 */
public record FieldsUpdate(String id, Map<String, FieldValue> set, List<String> remove) {
  /** Copies both. */
  public FieldsUpdate {
    set = Map.copyOf(set);
    remove = List.copyOf(remove);
  }
}
