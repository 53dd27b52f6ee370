package io.siskin.index.dense;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The dense fields of the documents of one segment.
 *
 * <p>Immutable and safe to share, as far as its fields are.
 */
public final class DenseFields {
  /** No fields. */
  public static final DenseFields NONE = new DenseFields(Map.of());

  private final Map<String, StoredDenseField> byName;

  /**
   * Collects fields.
   *
   * @param byName the fields by their names; the order is kept
   */
  public DenseFields(Map<String, ? extends StoredDenseField> byName) {
    this.byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  /** Returns the fields by their names. */
  public Map<String, StoredDenseField> byName() {
    return byName;
  }

  /**
   * Returns a field, or null if no document of the segment has a vector of it.
   *
   * @param name the field's name
   */
  public @Nullable StoredDenseField find(String name) {
    return byName.get(name);
  }

  /**
   * Returns the dense vectors of a document, in the order of the fields.
   *
   * @param document its number in the segment
   * @return vectors by the name of the field; fields that the document lacks are not in it
   */
  public Map<String, DenseVectors> values(int document) {
    if (byName.isEmpty()) {
      return Map.of();
    }
    Map<String, DenseVectors> values = new LinkedHashMap<>();
    byName.forEach(
        (name, field) -> {
          DenseVectors vectors = field.vectors(document);
          if (vectors != null) {
            values.put(name, vectors);
          }
        });
    return values;
  }
}
