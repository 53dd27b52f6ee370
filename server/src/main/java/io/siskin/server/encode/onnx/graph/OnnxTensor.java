package io.siskin.server.encode.onnx.graph;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An initializer of a graph.
 *
 * @param name its name
 * @param type the number of its element type
 * @param dimensions its shape
 * @param floats its content where it is floats inside the file, little-endian; null otherwise
 */
record OnnxTensor(String name, long type, List<Long> dimensions, @Nullable MemorySegment floats) {
  /** The element type of 32-bit floats. */
  static final int FLOAT = 1;

  private static final int DIMENSIONS = 1;
  private static final int TYPE = 2;
  private static final int FLOAT_DATA = 4;
  static final int NAME = 8;

  /** Where the content lies in another file: entries of key and value. */
  static final int EXTERNAL_DATA = 13;

  /** Whether the content lies in another file. */
  static final int DATA_LOCATION = 14;

  private static final int RAW_DATA = 9;

  static OnnxTensor read(WireMessage message) throws IOException {
    List<Long> dimensions = message.numbers(DIMENSIONS);
    List<Long> types = message.numbers(TYPE);
    long type = types.isEmpty() ? 0 : types.getLast();
    return new OnnxTensor(nameOf(message), type, dimensions, floats(message, type, dimensions));
  }

  static String nameOf(WireMessage message) throws IOException {
    return message.text(NAME);
  }

  private static @Nullable MemorySegment floats(
      WireMessage message, long type, List<Long> dimensions) throws IOException {
    long count = 1;
    for (long size : dimensions) {
      if (size < 1 || size > Integer.MAX_VALUE / count) {
        return null;
      }
      count *= size;
    }
    for (int number : new int[] {RAW_DATA, FLOAT_DATA}) {
      for (WireMessage.Field field : message.fields(number)) {
        // Packed floats have the form of raw ones.
        WireMessage content = field.content();
        if (type == FLOAT && content.length() == count * Float.BYTES) {
          return MemorySegment.ofArray(content.bytes()).asSlice(content.from(), content.length());
        }
      }
    }
    return null;
  }
}
