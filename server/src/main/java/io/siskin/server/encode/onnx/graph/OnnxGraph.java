package io.siskin.server.encode.onnx.graph;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The graph of an ONNX model ({@code onnx.proto}, whose field numbers are the constants here), as
 * far as it takes to follow its values and to write it anew with fewer nodes.
 */
final class OnnxGraph {
  private static final int MODEL_GRAPH = 7;

  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int GRAPH_INPUT = 11;
  private static final int GRAPH_OUTPUT = 12;
  private static final int GRAPH_VALUE_INFO = 13;

  private static final int VALUE_NAME = 1;
  private static final int VALUE_TYPE = 2;
  private static final int TYPE_TENSOR = 1;
  private static final int TENSOR_ELEMENT_TYPE = 1;
  private static final int TENSOR_SHAPE = 2;
  private static final int SHAPE_DIMENSION = 1;
  private static final int DIMENSION_VALUE = 1;

  private final WireMessage model;
  private final WireMessage graph;
  private final List<OnnxNode> nodes = new ArrayList<>();
  private final Map<String, OnnxNode> producers = new HashMap<>();
  private final Map<String, OnnxTensor> initializers = new HashMap<>();
  private final Map<String, WireMessage> outputs = new HashMap<>();

  /**
   * Reads a model.
   *
   * @param file its bytes, not to be changed
   * @throws IOException when they are no protobuf message or have no graph
   */
  OnnxGraph(byte[] file) throws IOException {
    this.model = new WireMessage(file, 0, file.length);
    List<WireMessage.Field> graphs = model.fields(MODEL_GRAPH);
    if (graphs.size() != 1) {
      throw new IOException("an ONNX model has one graph, this one " + graphs.size());
    }
    this.graph = graphs.getFirst().content();
    for (WireMessage.Field field : graph.fields()) {
      switch (field.number()) {
        case GRAPH_NODE -> {
          OnnxNode node = OnnxNode.read(field.content());
          nodes.add(node);
          node.outputs().forEach(output -> producers.put(output, node));
        }
        case GRAPH_INITIALIZER -> {
          OnnxTensor tensor = OnnxTensor.read(field.content());
          initializers.put(tensor.name(), tensor);
        }
        case GRAPH_OUTPUT -> outputs.put(field.content().text(VALUE_NAME), field.content());
        default -> {}
      }
    }
  }

  /** Returns the node that makes a value; null for inputs and initializers. */
  @Nullable OnnxNode producer(String value) {
    return producers.get(value);
  }

  /** Returns the initializer of a name; null if there is none. */
  @Nullable OnnxTensor initializer(String name) {
    return initializers.get(name);
  }

  /** Returns whether a value is an output of the model. */
  boolean hasOutput(String name) {
    return outputs.containsKey(name);
  }

  /** Returns whether a node has a graph of its own, whose use of values is not followed here. */
  boolean hasSubgraphs() {
    return nodes.stream().anyMatch(OnnxNode::hasSubgraph);
  }

  /** Returns how many dimensions an output states; −1 if it states none. */
  int rank(String output) throws IOException {
    @Nullable WireMessage shape = shape(output);
    return shape == null ? -1 : shape.fields(SHAPE_DIMENSION).size();
  }

  /**
   * Writes a model whose only output is a value inside this one, without the nodes and initializers
   * that it does not need; all else is as it was.
   *
   * @param value a float tensor of as many dimensions as {@code output}
   * @param output an output whose dimensions but the last the value has
   * @param size the last dimension of the value
   */
  byte[] cutAt(String value, String output, int size) throws IOException {
    Set<String> needed = new HashSet<>(Set.of(value));
    Set<OnnxNode> kept = Collections.newSetFromMap(new IdentityHashMap<>());
    // Nodes are sorted so that each stands after those that it needs.
    for (OnnxNode node : nodes.reversed()) {
      if (node.outputs().stream().anyMatch(needed::contains)) {
        kept.add(node);
        needed.addAll(node.inputs());
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(graph.length());
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    int node = 0;
    for (WireMessage.Field field : graph.fields()) {
      boolean stays =
          switch (field.number()) {
            case GRAPH_NODE -> kept.contains(nodes.get(node++));
            case GRAPH_INITIALIZER -> needed.contains(OnnxTensor.nameOf(field.content()));
            case GRAPH_INPUT -> {
              String name = field.content().text(VALUE_NAME);
              // Old files name initializers among the inputs, too.
              yield needed.contains(name) || !initializers.containsKey(name);
            }
            case GRAPH_VALUE_INFO -> needed.contains(field.content().text(VALUE_NAME));
            case GRAPH_OUTPUT -> false;
            default -> true;
          };
      if (stays) {
        copy(field.whole(), out);
      }
    }
    out.writeByteArray(GRAPH_OUTPUT, valueInfo(value, output, size));
    out.flush();
    return withGraph(bytes.toByteArray());
  }

  private byte[] withGraph(byte[] newGraph) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(newGraph.length + (1 << 12));
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    for (WireMessage.Field field : model.fields()) {
      if (field.number() == MODEL_GRAPH) {
        out.writeByteArray(MODEL_GRAPH, newGraph);
      } else {
        copy(field.whole(), out);
      }
    }
    out.flush();
    return bytes.toByteArray();
  }

  private byte[] valueInfo(String name, String output, int size) throws IOException {
    ByteArrayOutputStream shapeBytes = new ByteArrayOutputStream();
    CodedOutputStream shape = CodedOutputStream.newInstance(shapeBytes);
    @Nullable WireMessage before = shape(output);
    List<WireMessage.Field> dimensions =
        before == null ? List.of() : before.fields(SHAPE_DIMENSION);
    for (int i = 0; i < dimensions.size() - 1; i++) {
      copy(dimensions.get(i).whole(), shape);
    }
    shape.writeByteArray(SHAPE_DIMENSION, number(DIMENSION_VALUE, size));
    shape.flush();
    byte[] elementType = number(TENSOR_ELEMENT_TYPE, OnnxTensor.FLOAT);
    ByteArrayOutputStream tensorBytes = new ByteArrayOutputStream();
    tensorBytes.write(elementType);
    tensorBytes.write(message(TENSOR_SHAPE, shapeBytes.toByteArray()));
    ByteArrayOutputStream info = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(info);
    out.writeString(VALUE_NAME, name);
    out.writeByteArray(VALUE_TYPE, message(TYPE_TENSOR, tensorBytes.toByteArray()));
    out.flush();
    return info.toByteArray();
  }

  private @Nullable WireMessage shape(String output) throws IOException {
    @Nullable WireMessage at = outputs.get(output);
    for (int number : new int[] {VALUE_TYPE, TYPE_TENSOR, TENSOR_SHAPE}) {
      List<WireMessage.Field> fields = at == null ? List.of() : at.fields(number);
      at = fields.isEmpty() ? null : fields.getLast().content();
    }
    return at;
  }

  private static byte[] number(int field, long value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeInt64(field, value);
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] message(int field, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(content.length);
    out.writeRawBytes(content);
    out.flush();
    return bytes.toByteArray();
  }

  private static void copy(WireMessage range, CodedOutputStream out) throws IOException {
    out.writeRawBytes(range.bytes(), range.from(), range.length());
  }
}
