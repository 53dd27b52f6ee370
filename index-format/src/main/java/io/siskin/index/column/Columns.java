package io.siskin.index.column;

import io.siskin.index.document.FieldValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The columns of one segment by the names of their fields.
 *
 * <p>A field that no document of the segment has may lack a column, even if it is declared. Such a
 * field has no value in any document.
 *
 * <p>Immutable and safe to share, as far as its columns are.
 */
public final class Columns {
  /** No columns. */
  public static final Columns NONE = new Columns(Map.of());

  private final Map<String, Column> byName;

  /**
   * Collects columns.
   *
   * @param byName the columns by the names of their fields; the order is kept
   */
  public Columns(Map<String, ? extends Column> byName) {
    this.byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  /** Returns the columns by the names of their fields. */
  public Map<String, Column> byName() {
    return byName;
  }

  /**
   * Returns the column of a field, or null if no document of the segment has the field.
   *
   * @param name the field's name
   */
  public @Nullable Column find(String name) {
    return byName.get(name);
  }

  /**
   * Returns the declared fields of a document, in the order of the columns.
   *
   * @param document its number in the segment
   * @return values by the name of the field; fields that the document lacks are not in it
   */
  public Map<String, FieldValue> values(int document) {
    Map<String, FieldValue> values = new LinkedHashMap<>();
    byName.forEach(
        (name, column) -> {
          FieldValue value = column.fieldValue(document);
          if (value != null) {
            values.put(name, value);
          }
        });
    return values;
  }
}
