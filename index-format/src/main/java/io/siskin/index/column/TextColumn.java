package io.siskin.index.column;

import io.siskin.index.document.DocumentSet;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A column of texts, or of lists of texts. A document may have several texts, and it matches if one
 * of them does.
 */
public non-sealed interface TextColumn extends Column {
  /**
   * Adds the documents that have a text in a range. The order is that of the bytes of UTF-8, as
   * unsigned numbers. A prefix {@code p} is the range from {@code p} to {@link #endOfPrefix}, and a
   * text {@code t} alone is the range from {@code t} to {@link #successor}.
   *
   * @param fromInclusive where the range begins, bytes of UTF-8
   * @param toExclusive the first text after the range, or null for a range without an end. No
   *     document is added if it is not above {@code fromInclusive}
   * @param target receives the documents; made for {@link #documentCount} documents or more
   */
  void addInRange(byte[] fromInclusive, byte @Nullable [] toExclusive, DocumentSet.Builder target);

  /**
   * Returns the texts of a document in ascending order of their bytes of UTF-8.
   *
   * @param document 0 to {@link #documentCount} − 1
   * @return empty if the document has no value, or an empty list as its value
   */
  List<String> values(int document);

  /**
   * Returns the smallest text above another one: the end of a range that holds this one alone.
   *
   * @param text bytes of UTF-8
   */
  static byte[] successor(byte[] text) {
    byte[] longer = new byte[text.length + 1];
    System.arraycopy(text, 0, longer, 0, text.length);
    return longer;
  }

  /**
   * Returns the smallest sequence of bytes above all those that begin with a prefix.
   *
   * @param prefix bytes of UTF-8; may end within a character
   * @return the end of the range, or null if it has none, as for an empty prefix
   */
  static byte @Nullable [] endOfPrefix(byte[] prefix) {
    for (int last = prefix.length - 1; last >= 0; last--) {
      if (prefix[last] != (byte) 0xFF) {
        byte[] end = Arrays.copyOf(prefix, last + 1);
        end[last]++;
        return end;
      }
    }
    return null;
  }
}
