package io.siskin.server.write;

import io.siskin.index.document.FieldValue;
import java.util.List;
import java.util.Map;

/**
 * A change of the fields of one document. Its vectors and its text stay, so a change of the text,
 * or of a title that is encoded, is refused.
 *
 * @param id the document's id
 * @param set fields to set, by name
 * @param remove names of fields to remove; one that the document lacks is ignored
 */
public record FieldsUpdate(String id, Map<String, FieldValue> set, List<String> remove) {}
