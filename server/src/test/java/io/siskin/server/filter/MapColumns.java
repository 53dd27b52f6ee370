package io.siskin.server.filter;

import io.siskin.index.column.Column;
import io.siskin.index.column.Columns;
import io.siskin.index.column.NumberColumn;
import io.siskin.index.column.TextColumn;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Columns over the fields of documents as maps: slow and obviously right. */
final class MapColumns {
  private MapColumns() {}

  /** Returns the columns of the fields that some document has, up to the last such document. */
  static Columns of(List<Map<String, FieldValue>> documents, Schema schema) {
    Map<String, Column> columns = new LinkedHashMap<>();
    for (Schema.Field field : schema.fields()) {
      int last = documents.size() - 1;
      while (last >= 0 && !documents.get(last).containsKey(field.name())) {
        last--;
      }
      if (last >= 0) {
        List<Map<String, FieldValue>> held = documents.subList(0, last + 1);
        columns.put(
            field.name(),
            field.type().isText()
                ? new Texts(field.name(), field.type(), held)
                : new Numbers(field.name(), field.type(), held));
      }
    }
    return new Columns(columns);
  }

  private record Numbers(String name, FieldType type, List<Map<String, FieldValue>> documents)
      implements NumberColumn {
    @Override
    public int documentCount() {
      return documents.size();
    }

    @Override
    public void addPresent(DocumentSet.Builder target) {
      MapColumns.addPresent(documents, name, target);
    }

    @Override
    public @Nullable FieldValue fieldValue(int document) {
      return documents.get(document).get(name);
    }

    @Override
    public void addInRange(long minKey, long maxKey, DocumentSet.Builder target) {
      for (int i = 0; i < documents.size(); i++) {
        if (has(i) && value(i) >= minKey && value(i) <= maxKey) {
          target.add(i);
        }
      }
    }

    @Override
    public boolean has(int document) {
      return fieldValue(document) != null;
    }

    @Override
    public long value(int document) {
      return fieldValue(document) instanceof FieldValue.Keyed keyed ? keyed.key() : 0;
    }
  }

  private record Texts(String name, FieldType type, List<Map<String, FieldValue>> documents)
      implements TextColumn {
    @Override
    public int documentCount() {
      return documents.size();
    }

    @Override
    public void addPresent(DocumentSet.Builder target) {
      MapColumns.addPresent(documents, name, target);
    }

    @Override
    public @Nullable FieldValue fieldValue(int document) {
      return documents.get(document).get(name);
    }

    @Override
    public void addInRange(
        byte[] fromInclusive, byte @Nullable [] toExclusive, DocumentSet.Builder target) {
      for (int i = 0; i < documents.size(); i++) {
        for (String text : values(i)) {
          byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
          if (Arrays.compareUnsigned(bytes, fromInclusive) >= 0
              && (toExclusive == null || Arrays.compareUnsigned(bytes, toExclusive) < 0)) {
            target.add(i);
          }
        }
      }
    }

    @Override
    public List<String> values(int document) {
      return switch (fieldValue(document)) {
        case FieldValue.Text(String text) -> List.of(text);
        case FieldValue.TextList(List<String> texts) -> texts;
        case null, default -> List.of();
      };
    }
  }

  private static void addPresent(
      List<Map<String, FieldValue>> documents, String name, DocumentSet.Builder target) {
    for (int i = 0; i < documents.size(); i++) {
      if (documents.get(i).containsKey(name)) {
        target.add(i);
      }
    }
  }
}
