package io.siskin.server.encode.imports;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import io.siskin.server.encode.file.FileText;
import io.siskin.server.encode.file.JsonFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads vectors of a {@code .safetensors} file: 8 bytes with the length of the header,
 * little-endian; the header, a JSON object of name to type, shape and place; and the content of the
 * tensors. Only the header and the vector that is asked for are read.
 *
 * <p>Immutable; safe for concurrent use. The file may be hostile: every length is checked against
 * the file's before anything is read or made.
 */
final class Safetensors {
  /** The longest header that is read, in bytes. */
  static final int HEADER_BYTES_MAX = 16 << 20;

  /** The most numbers of a vector. */
  static final int COUNT_MAX = 1 << 24;

  private static final int PREFIX_BYTES = 8;
  private static final String METADATA = "__metadata__";
  private static final String HEADER_ALLOWED =
      "a JSON object of tensor to dtype, shape and data_offsets";

  private final Path file;
  private final Map<String, Tensor> tensors;

  private Safetensors(Path file, Map<String, Tensor> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  /** The types of numbers that are read. */
  private enum Type {
    F32(Float.BYTES) {
      @Override
      float read(ByteBuffer bytes) {
        return bytes.getFloat();
      }
    },
    F16(Short.BYTES) {
      @Override
      float read(ByteBuffer bytes) {
        return Float.float16ToFloat(bytes.getShort());
      }
    },
    /** The upper half of a 32-bit float. */
    BF16(Short.BYTES) {
      @Override
      float read(ByteBuffer bytes) {
        return Float.intBitsToFloat(bytes.getShort() << Short.SIZE);
      }
    };

    private final int lengthBytes;

    Type(int lengthBytes) {
      this.lengthBytes = lengthBytes;
    }

    abstract float read(ByteBuffer bytes);
  }

  /**
   * Where a tensor lies.
   *
   * @param type the name of its type, which may be one that is not read
   * @param shape its dimensions
   * @param from its first byte in the file
   * @param to one past its last byte
   */
  private record Tensor(String type, List<Long> shape, long from, long to) {}

  /**
   * Reads the header of a file.
   *
   * @param file the file
   * @throws InvalidInputException when it is no such file, with what was found
   * @throws IOException when reading fails
   */
  static Safetensors open(Path file) throws IOException {
    BoundedFile.requireRegular(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      long length = size < PREFIX_BYTES ? -1 : numbersIn(read(channel, 0, PREFIX_BYTES)).getLong();
      if (length < 2 || length > HEADER_BYTES_MAX || length > size - PREFIX_BYTES) {
        throw new InvalidInputException(
            "length of the header",
            length < 0 ? "missing or beyond the file" : length,
            "2 to " + HEADER_BYTES_MAX + " bytes, inside a file of " + size);
      }
      byte[] header = read(channel, PREFIX_BYTES, (int) length);
      return new Safetensors(file, tensors(file, header, PREFIX_BYTES + length, size));
    } catch (InvalidInputException wrong) {
      throw wrong.at(file.toString());
    }
  }

  /** Returns the names of the tensors in the order of the header. */
  Set<String> names() {
    return tensors.keySet();
  }

  /**
   * Reads a tensor of one dimension.
   *
   * @param name its name
   * @throws InvalidInputException when there is none, it has another shape, or a type that is not
   *     read
   * @throws IOException when reading fails
   */
  float[] vector(String name) throws IOException {
    try {
      Tensor tensor = tensors.get(name);
      if (tensor == null) {
        throw new InvalidInputException("tensors", names(), "one that is called '" + name + "'");
      }
      if (tensor.shape.size() != 1 || tensor.shape.getFirst() > COUNT_MAX) {
        throw new InvalidInputException(
            "shape of '" + name + "'", tensor.shape, "one dimension of at most " + COUNT_MAX);
      }
      Type type = type(name, tensor);
      int count = tensor.shape.getFirst().intValue();
      // Both factors are small, so that the product is exact.
      if ((long) count * type.lengthBytes != tensor.to - tensor.from) {
        throw new InvalidInputException(
            "data_offsets of '" + name + "'",
            tensor.to - tensor.from + " bytes",
            count + " numbers of " + type.lengthBytes + " bytes");
      }
      return numbers(tensor, type, count);
    } catch (InvalidInputException wrong) {
      throw wrong.at(file.toString());
    }
  }

  private float[] numbers(Tensor tensor, Type type, int count) throws IOException {
    float[] numbers = new float[count];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = numbersIn(read(channel, tensor.from, count * type.lengthBytes));
      for (int i = 0; i < count; i++) {
        numbers[i] = type.read(bytes);
      }
    }
    return numbers;
  }

  private static Type type(String name, Tensor tensor) {
    List<String> known = new ArrayList<>();
    for (Type type : Type.values()) {
      if (type.name().equals(tensor.type)) {
        return type;
      }
      known.add(type.name());
    }
    throw new InvalidInputException(
        "dtype of '" + name + "'", tensor.type, "one of " + String.join(", ", known));
  }

  private static Map<String, Tensor> tensors(Path file, byte[] header, long start, long size) {
    JsonNode root = JsonFile.tree(FileText.of(file.toString(), header), "header", HEADER_ALLOWED);
    if (!root.isObject()) {
      throw new InvalidInputException("header", root, HEADER_ALLOWED);
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      if (!entry.getKey().equals(METADATA)) {
        tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue(), start, size));
      }
    }
    return Collections.unmodifiableMap(tensors);
  }

  private static Tensor tensor(String name, JsonNode node, long start, long size) {
    List<Long> shape = numbers("shape of '" + name + "'", node.path("shape"));
    String field = "data_offsets of '" + name + "'";
    List<Long> offsets = numbers(field, node.path("data_offsets"));
    if (offsets.size() != 2
        || offsets.getFirst() > offsets.getLast()
        || offsets.getLast() > size - start) {
      throw new InvalidInputException(
          field, offsets, "a beginning and an end, of which no one is beyond " + (size - start));
    }
    if (!node.path("dtype").isTextual()) {
      throw new InvalidInputException("dtype of '" + name + "'", node.path("dtype"), "a text");
    }
    return new Tensor(
        node.path("dtype").textValue(),
        shape,
        start + offsets.getFirst(),
        start + offsets.getLast());
  }

  private static List<Long> numbers(String field, JsonNode list) {
    List<Long> numbers = new ArrayList<>();
    for (JsonNode number : list) {
      if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
        throw new InvalidInputException(field, list, "whole numbers, 0 or more");
      }
      numbers.add(number.longValue());
    }
    if (!list.isArray()) {
      throw new InvalidInputException(field, list.isMissingNode() ? "missing" : list, "a list");
    }
    return numbers;
  }

  private static ByteBuffer numbersIn(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] read(FileChannel channel, long from, int length) throws IOException {
    byte[] content = new byte[length];
    ByteBuffer bytes = ByteBuffer.wrap(content);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw new InvalidInputException(
            "length", "shorter than before", "a file that nobody changes meanwhile");
      }
    }
    return content;
  }
}
