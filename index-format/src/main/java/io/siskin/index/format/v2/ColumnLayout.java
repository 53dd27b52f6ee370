package io.siskin.index.format.v2;

/**
 * The columns: one record per declared field that a document of the segment has, in ascending order
 * of the fields' names. The record tells which packed arrays (see {@link PackedLayout}) the column
 * has. All arrays of all columns follow each other in the same two sections.
 *
 * <p>n is the number of documents of the segment. The arrays are, by type:
 *
 * <pre>
 * a number:         presence (n), keys (n)
 * a text:           presence (n), ordinals (n), document starts (texts + 1), documents (values)
 * a list of texts:  presence (n), value starts (n + 1), ordinals (values),
 *                   document starts (texts + 1), documents (values)
 * </pre>
 *
 * <p>The texts of a column are a sorted dictionary. A text's position in it is its ordinal.
 */
public final class ColumnLayout {
  /** Offset in a column's record of its type, u32. */
  public static final int TYPE_OFFSET = 0;

  /** Offset in a column's record of the number of its distinct texts, u32; 0 for numbers. */
  public static final int TEXT_COUNT_OFFSET = TYPE_OFFSET + Integer.BYTES;

  /**
   * Offset in a column's record of the number of its values, u64: the documents that have one, or,
   * for lists, the texts of all documents together.
   */
  public static final int VALUE_COUNT_OFFSET = TEXT_COUNT_OFFSET + Integer.BYTES;

  /** Length of a column's record in bytes. */
  public static final int RECORD_LENGTH = VALUE_COUNT_OFFSET + Long.BYTES;

  /** The type of a column of texts. */
  public static final int TYPE_STRING = 1;

  /** The type of a column of lists of texts. */
  public static final int TYPE_STRING_LIST = 2;

  /** The type of a column of whole numbers. */
  public static final int TYPE_INT64 = 3;

  /** The type of a column of numbers. */
  public static final int TYPE_DOUBLE = 4;

  /** The type of a column of flags. */
  public static final int TYPE_BOOL = 5;

  /** The type of a column of instants. */
  public static final int TYPE_TIMESTAMP = 6;

  private ColumnLayout() {}
}
