package io.siskin.server.corpus;

import io.siskin.index.vector.SparseVector;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One document as it was read: what to index (a vector, or text for the collection's encoder) and
 * what to store.
 *
 * @param id the external id, 1 to 65,535 bytes of UTF-8, unique in a collection
 * @param text the text to encode, title and body joined by one space and trimmed; null when the
 *     record has none
 * @param vector the vector to index; null when the record gives only text. All vectors of a file
 *     are keyed alike, but for one without terms that stands before the first with terms: it is
 *     {@code TokenVector.EMPTY}, whatever the kind turns out to be
 * @param fields what is stored and returned on request, in the record's order: strings as they are,
 *     other JSON values as their JSON text; {@code title} and {@code text} are among them when
 *     given
 * @param place where it was read, for error messages: {@code file:line} or {@code file#row}
 */
public record SourceDocument(
    String id,
    @Nullable String text,
    @Nullable SparseVector vector,
    Map<String, String> fields,
    String place) {}
