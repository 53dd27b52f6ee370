package io.siskin.index.segment;

import io.siskin.index.document.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * What a column stores, for the deep verification. Searches use {@link
 * io.siskin.index.column.Column}. It is a view of mapped memory and is safe for concurrent use.
 */
public final class ColumnFacts {
  private final String name;
  private final FieldType type;
  private final long valueCount;
  private final PackedNumbers presence;
  private final PackedNumbers values;
  private final @Nullable MappedTextColumn texts;

  ColumnFacts(String name, long valueCount, MappedNumberColumn column) {
    this.name = name;
    this.type = column.type();
    this.valueCount = valueCount;
    this.presence = column.presence();
    this.values = column.keys();
    this.texts = null;
  }

  ColumnFacts(String name, long valueCount, MappedTextColumn column) {
    this.name = name;
    this.type = column.type();
    this.valueCount = valueCount;
    this.presence = column.arrays().presence();
    this.values = column.arrays().ordinals();
    this.texts = column;
  }

  /** Returns the name of the field. */
  public String name() {
    return name;
  }

  /** Returns the type of the values. */
  public FieldType type() {
    return type;
  }

  /** Returns the number of values that the file gives. */
  public long valueCount() {
    return valueCount;
  }

  /** Returns, by document, 1 if it has a value, else 0. */
  public PackedNumbers presence() {
    return presence;
  }

  /** Returns the keys or the ordinals: by document, or for lists one document after another. */
  public PackedNumbers values() {
    return values;
  }

  /** Returns how many texts the documents before have, by document; null if these are no lists. */
  public @Nullable PackedNumbers valueStarts() {
    return texts == null ? null : texts.arrays().valueStarts();
  }

  /** Returns how many values have smaller texts, by ordinal; null for numbers. */
  public @Nullable PackedNumbers documentStarts() {
    return texts == null ? null : texts.arrays().documentStarts();
  }

  /** Returns the documents of each text, one text after another; null for numbers. */
  public @Nullable PackedNumbers documents() {
    return texts == null ? null : texts.arrays().documents();
  }

  /** Returns the number of distinct texts, 0 for numbers. */
  public int textCount() {
    return texts == null ? 0 : texts.textCount();
  }

  /**
   * Returns a text of the dictionary.
   *
   * @param ordinal 0 to {@link #textCount} − 1
   */
  public String text(int ordinal) {
    if (texts == null) {
      throw new IndexOutOfBoundsException("column " + name + " has no texts");
    }
    return texts.text(ordinal);
  }
}
