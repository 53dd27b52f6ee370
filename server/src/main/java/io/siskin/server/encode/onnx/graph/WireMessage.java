package io.siskin.server.encode.onnx.graph;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A protobuf message, or the content of another field, as a range of a file's bytes.
 *
 * @param bytes the file
 * @param from its first byte
 * @param to one past its last byte
 */
record WireMessage(byte[] bytes, int from, int to) {
  /**
   * A field of a message.
   *
   * @param number the field's number
   * @param isVarint whether it is a single number
   * @param value that number, 0 if it is none
   * @param whole where it lies, its tag included
   * @param content where the content of a text, of bytes or of a message lies
   */
  record Field(int number, boolean isVarint, long value, WireMessage whole, WireMessage content) {}

  /**
   * Returns the fields in their order.
   *
   * @throws IOException when this is no message
   */
  List<Field> fields() throws IOException {
    List<Field> fields = new ArrayList<>();
    CodedInputStream in = CodedInputStream.newInstance(bytes, from, length());
    while (!in.isAtEnd()) {
      int start = from + in.getTotalBytesRead();
      int tag = in.readTag();
      int contentStart = from + in.getTotalBytesRead();
      int type = WireFormat.getTagWireType(tag);
      long value = 0;
      switch (type) {
        case WireFormat.WIRETYPE_VARINT -> value = in.readInt64();
        case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
          int length = in.readRawVarint32();
          contentStart = from + in.getTotalBytesRead();
          in.skipRawBytes(length);
        }
        default -> in.skipField(tag);
      }
      int end = from + in.getTotalBytesRead();
      fields.add(
          new Field(
              WireFormat.getTagFieldNumber(tag),
              type == WireFormat.WIRETYPE_VARINT,
              value,
              new WireMessage(bytes, start, end),
              new WireMessage(bytes, contentStart, end)));
    }
    return fields;
  }

  /** Returns the fields of one number. */
  List<Field> fields(int number) throws IOException {
    return fields().stream().filter(field -> field.number == number).toList();
  }

  /** Returns the texts of the fields of a number. */
  List<String> texts(int number) throws IOException {
    return fields(number).stream().map(field -> field.content.text()).toList();
  }

  /** Returns the text of the last field of a number, the empty one if there is none. */
  String text(int number) throws IOException {
    List<String> texts = texts(number);
    return texts.isEmpty() ? "" : texts.getLast();
  }

  /** Returns the numbers of a repeated field, whether they are packed or not. */
  List<Long> numbers(int number) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (Field field : fields(number)) {
      if (field.isVarint) {
        numbers.add(field.value);
      } else {
        CodedInputStream in =
            CodedInputStream.newInstance(bytes, field.content.from, field.content.length());
        while (!in.isAtEnd()) {
          numbers.add(in.readInt64());
        }
      }
    }
    return numbers;
  }

  int length() {
    return to - from;
  }

  private String text() {
    return new String(bytes, from, length(), StandardCharsets.UTF_8);
  }
}
