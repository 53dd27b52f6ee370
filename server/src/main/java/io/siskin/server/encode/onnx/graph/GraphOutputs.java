package io.siskin.server.encode.onnx.graph;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The outputs that an ONNX model declares. The file is read as a stream and its weights are passed
 * over, so that a model of a gigabyte needs no memory and no runtime.
 */
public final class GraphOutputs {
  private static final int BUFFER_BYTES = 1 << 16;

  /** An output is a name, a type and a few dimensions: a limit for files that mean harm. */
  private static final int OUTPUT_BYTES_MAX = 1 << 16;

  private static final int OUTPUTS_MAX = 1 << 10;

  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_OUTPUT = 12;
  private static final int VALUE_NAME = 1;
  private static final int VALUE_TYPE = 2;
  private static final int TYPE_TENSOR = 1;
  private static final int TENSOR_ELEMENT_TYPE = 1;
  private static final int TENSOR_SHAPE = 2;
  private static final int SHAPE_DIMENSION = 1;
  private static final int DIMENSION_VALUE = 1;

  private GraphOutputs() {}

  /**
   * An output.
   *
   * @param name its name
   * @param isFloat whether its numbers are 32-bit floats
   * @param shape its dimensions, −1 for one that the input decides; empty where none are stated
   */
  public record Output(String name, boolean isFloat, List<Long> shape) {
    /** Copies the list. */
    public Output {
      shape = List.copyOf(shape);
    }

    /** Returns the last dimension; −1 where it is not stated. */
    public long width() {
      return shape.isEmpty() ? -1 : shape.getLast();
    }

    @Override
    public String toString() {
      List<String> sizes = shape.stream().map(size -> size < 0 ? "?" : size.toString()).toList();
      return name + (isFloat ? "" : " (no 32-bit floats)") + " " + sizes;
    }
  }

  /**
   * Returns the outputs of a model in the order of the file.
   *
   * @param model the model's file
   * @throws IOException when it cannot be read, or is not in the form of protobuf
   */
  public static List<Output> of(Path model) throws IOException {
    List<Output> outputs = new ArrayList<>();
    try (InputStream file = Files.newInputStream(model)) {
      CodedInputStream in = CodedInputStream.newInstance(file, BUFFER_BYTES);
      in.setSizeLimit(Integer.MAX_VALUE);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == message(MODEL_GRAPH)) {
          int outer = in.pushLimit(in.readRawVarint32());
          readGraph(in, outputs);
          in.popLimit(outer);
        } else {
          skip(in, tag);
        }
      }
    }
    return outputs;
  }

  private static void readGraph(CodedInputStream in, List<Output> outputs) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag != message(GRAPH_OUTPUT)) {
        skip(in, tag);
        continue;
      }
      int length = in.readRawVarint32();
      if (length < 0 || length > OUTPUT_BYTES_MAX || outputs.size() == OUTPUTS_MAX) {
        throw new IOException("an output of " + length + " bytes, after " + outputs.size());
      }
      byte[] content = in.readRawBytes(length);
      outputs.add(read(new WireMessage(content, 0, length)));
    }
  }

  private static Output read(WireMessage value) throws IOException {
    WireMessage tensor = inside(inside(value, VALUE_TYPE), TYPE_TENSOR);
    List<Long> types = tensor.numbers(TENSOR_ELEMENT_TYPE);
    List<Long> shape = new ArrayList<>();
    for (WireMessage.Field dimension : inside(tensor, TENSOR_SHAPE).fields(SHAPE_DIMENSION)) {
      List<Long> stated = dimension.content().numbers(DIMENSION_VALUE);
      shape.add(stated.isEmpty() || stated.getLast() < 1 ? -1 : stated.getLast());
    }
    boolean isFloat = !types.isEmpty() && types.getLast() == OnnxTensor.FLOAT;
    return new Output(value.text(VALUE_NAME), isFloat, shape);
  }

  /** Returns a message inside another one; an empty one if it is missing. */
  private static WireMessage inside(WireMessage outer, int field) throws IOException {
    List<WireMessage.Field> fields = outer.fields(field);
    return fields.isEmpty() ? new WireMessage(new byte[0], 0, 0) : fields.getLast().content();
  }

  private static int message(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  private static void skip(CodedInputStream in, int tag) throws IOException {
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      in.skipRawBytes(in.readRawVarint32());
    } else if (!in.skipField(tag)) {
      throw new IOException("a group ends that did not begin");
    }
  }
}
