package io.siskin.index.column;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The declared fields of documents that are added one after another, in memory.
 *
 * <p>One thread adds. Any number of threads read at the same time through {@linkplain #view views},
 * without a lock. What a view shows never changes.
 *
 * <p>Columns grow with the documents, so that a schema of many fields costs little at first.
 */
public final class GrowingColumns {
  private final int capacity;
  private final Map<String, GrowingColumn> byName = new LinkedHashMap<>();
  private int documentCount;

  /**
   * Makes columns without documents.
   *
   * @param schema the declared fields
   * @param capacity the most documents, 0 or more
   */
  public GrowingColumns(Schema schema, int capacity) {
    this.capacity = capacity;
    for (Schema.Field field : schema.fields()) {
      byName.put(
          field.name(),
          field.type().isText()
              ? new GrowingTextColumn(field.type())
              : new GrowingNumberColumn(field.type()));
    }
  }

  /**
   * Adds the fields of the next document. For the writer only.
   *
   * @param values values by the name of the field, checked by {@link Schema#check}
   * @return the number of the document, from 0
   * @throws IllegalStateException when there is no room for another document
   * @throws IllegalArgumentException when a field is not declared or has another type. Nothing is
   *     added then
   */
  public int add(Map<String, FieldValue> values) {
    if (documentCount == capacity) {
      throw new IllegalStateException("the columns are full: " + capacity + " documents");
    }
    values.forEach(
        (name, value) -> {
          GrowingColumn column = byName.get(name);
          if (column == null || column.type() != value.type()) {
            throw new IllegalArgumentException(
                "field '" + name + "' is not declared as " + value.type().word());
          }
        });
    byName.forEach((name, column) -> column.add(documentCount, values.get(name)));
    return documentCount++;
  }

  /**
   * Returns the columns of the first documents. The reader has learnt their number from the writer
   * in a way that also shows what the writer did before, such as a volatile field. Safe for
   * concurrent use.
   *
   * @param documents how many documents, 0 to the number of those that were added
   */
  public Columns view(int documents) {
    Map<String, Column> views = new LinkedHashMap<>();
    byName.forEach((name, column) -> views.put(name, column.view(documents)));
    return new Columns(views);
  }

  /**
   * Returns about how many bytes of heap the columns take: their arrays, and for each distinct text
   * what its entry in a hash table takes in a JVM with compressed references. Safe for concurrent
   * use.
   */
  public long heapBytes() {
    long bytes = 0;
    for (GrowingColumn column : byName.values()) {
      bytes += column.heapBytes();
    }
    return bytes;
  }

  /** A column that one thread extends. */
  sealed interface GrowingColumn permits GrowingNumberColumn, GrowingTextColumn {
    /** Returns the type of its values. */
    FieldType type();

    /**
     * Adds the value of the next document.
     *
     * @param document its number
     * @param value its value, or null if it has none
     */
    void add(int document, @Nullable FieldValue value);

    /** Returns about how many bytes of heap it takes. Safe for concurrent use. */
    long heapBytes();

    /** Returns the column of the first documents. */
    Column view(int documents);
  }
}
