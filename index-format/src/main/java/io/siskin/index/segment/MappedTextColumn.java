package io.siskin.index.segment;

import io.siskin.index.column.TextColumn;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A column of texts in a mapped segment.
 *
 * <p>The documents of a range of texts stand one after another, because the dictionary is sorted
 * and the documents are in the order of its texts. So a range costs time in proportion to what it
 * finds. Safe for concurrent use.
 */
final class MappedTextColumn implements TextColumn {
  private final FieldType type;
  private final StringList texts;
  private final int firstText;
  private final int textCount;
  private final Arrays arrays;

  /**
   * The packed arrays of a column.
   *
   * @param presence 1 for a document that has a value, else 0
   * @param valueStarts how many texts the documents before have; null if none has more than one
   * @param ordinals the ordinals of the texts, document after document
   * @param documentStarts how many values have smaller texts, by ordinal
   * @param documents the documents of the texts, text after text
   */
  record Arrays(
      PackedNumbers presence,
      @Nullable PackedNumbers valueStarts,
      PackedNumbers ordinals,
      PackedNumbers documentStarts,
      PackedNumbers documents) {}

  MappedTextColumn(FieldType type, StringList texts, int firstText, int textCount, Arrays arrays) {
    this.type = type;
    this.texts = texts;
    this.firstText = firstText;
    this.textCount = textCount;
    this.arrays = arrays;
  }

  @Override
  public FieldType type() {
    return type;
  }

  @Override
  public int documentCount() {
    return (int) arrays.presence.count();
  }

  @Override
  public void addPresent(DocumentSet.Builder target) {
    MappedNumberColumn.addPresent(arrays.presence, target);
  }

  @Override
  public void addInRange(
      byte[] fromInclusive, byte @Nullable [] toExclusive, DocumentSet.Builder target) {
    int end = firstText + textCount;
    int from = texts.countBelow(firstText, end, fromInclusive);
    int to = toExclusive == null ? textCount : texts.countBelow(firstText, end, toExclusive);
    if (from >= to) {
      return;
    }
    long last = arrays.documentStarts.get(to);
    for (long at = arrays.documentStarts.get(from); at < last; at++) {
      target.add(Objects.checkIndex((int) arrays.documents.get(at), documentCount()));
    }
  }

  @Override
  public List<String> values(int document) {
    PackedNumbers starts = arrays.valueStarts;
    if (starts == null) {
      return arrays.presence.get(document) == 0
          ? List.of()
          : List.of(text(arrays.ordinals.get(document)));
    }
    List<String> values = new ArrayList<>();
    long end = starts.get(document + 1L);
    for (long at = starts.get(document); at < end; at++) {
      values.add(text(arrays.ordinals.get(at)));
    }
    return values;
  }

  @Override
  public @Nullable FieldValue fieldValue(int document) {
    if (arrays.presence.get(document) == 0) {
      return null;
    }
    List<String> values = values(document);
    return arrays.valueStarts == null
        ? new FieldValue.Text(values.getFirst())
        : new FieldValue.TextList(values);
  }

  /** Returns a text of the dictionary. */
  String text(long ordinal) {
    return texts.get(firstText + (int) Objects.checkIndex(ordinal, (long) textCount));
  }

  int textCount() {
    return textCount;
  }

  /** Returns what the deep verification reads. */
  Arrays arrays() {
    return arrays;
  }
}
