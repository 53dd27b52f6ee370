package io.siskin.index.growing;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * The bytes of the fields of a document in memory. They are not a file format. Texts are a length
 * (u32) and their UTF-8. Stored fields are pairs of texts. A declared field is its name, its type
 * (u8) and its value: a key (u64), a text, or a number of texts (u32) and the texts.
 */
final class FieldsCodec {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final List<FieldType> TYPES = List.of(FieldType.values());

  private FieldsCodec() {}

  /** Writes stored fields, and returns where they end. */
  static int putStored(ExpandableArrayBuffer out, int from, Map<String, String> fields) {
    int at = from;
    for (Map.Entry<String, String> field : fields.entrySet()) {
      at = putText(out, at, field.getKey());
      at = putText(out, at, field.getValue());
    }
    return at;
  }

  /** Writes declared fields, and returns where they end. */
  static int putDeclared(ExpandableArrayBuffer out, int from, Map<String, FieldValue> fields) {
    int at = from;
    for (Map.Entry<String, FieldValue> field : fields.entrySet()) {
      at = putText(out, at, field.getKey());
      out.putByte(at++, (byte) TYPES.indexOf(field.getValue().type()));
      switch (field.getValue()) {
        case FieldValue.Text text -> at = putText(out, at, text.value());
        case FieldValue.TextList list -> {
          out.putInt(at, list.values().size(), ORDER);
          at += Integer.BYTES;
          for (String text : list.values()) {
            at = putText(out, at, text);
          }
        }
        case FieldValue.Keyed keyed -> {
          out.putLong(at, keyed.key(), ORDER);
          at += Long.BYTES;
        }
      }
    }
    return at;
  }

  private static int putText(ExpandableArrayBuffer out, int at, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.putInt(at, utf8.length, ORDER);
    out.putBytes(at + Integer.BYTES, utf8);
    return at + Integer.BYTES + utf8.length;
  }

  /** Reads stored fields from bytes that hold nothing else. */
  static Map<String, String> stored(DirectBuffer in, Predicate<String> wanted) {
    Map<String, String> fields = new LinkedHashMap<>();
    Reader reader = new Reader(in);
    while (reader.at < in.capacity()) {
      String name = reader.text();
      if (wanted.test(name)) {
        fields.put(name, reader.text());
      } else {
        reader.skipText();
      }
    }
    return fields;
  }

  /** Reads declared fields from bytes that hold nothing else. */
  static Map<String, FieldValue> declared(DirectBuffer in) {
    Map<String, FieldValue> fields = new LinkedHashMap<>();
    Reader reader = new Reader(in);
    while (reader.at < in.capacity()) {
      String name = reader.text();
      fields.put(name, reader.value());
    }
    return fields;
  }

  private static final class Reader {
    private final DirectBuffer in;
    private int at;

    Reader(DirectBuffer in) {
      this.in = in;
    }

    private FieldValue value() {
      FieldType type = TYPES.get(in.getByte(at++));
      return switch (type) {
        case STRING -> new FieldValue.Text(text());
        case STRING_LIST -> {
          int count = in.getInt(at, ORDER);
          at += Integer.BYTES;
          List<String> texts = new ArrayList<>(count);
          for (int i = 0; i < count; i++) {
            texts.add(text());
          }
          yield new FieldValue.TextList(texts);
        }
        case INT64, DOUBLE, BOOL, TIMESTAMP -> {
          long key = in.getLong(at, ORDER);
          at += Long.BYTES;
          yield FieldValue.ofKey(type, key);
        }
      };
    }

    private String text() {
      byte[] utf8 = new byte[in.getInt(at, ORDER)];
      in.getBytes(at + Integer.BYTES, utf8);
      at += Integer.BYTES + utf8.length;
      return new String(utf8, StandardCharsets.UTF_8);
    }

    private void skipText() {
      at += Integer.BYTES + in.getInt(at, ORDER);
    }
  }
}
