package io.siskin.server.encode.onnx.graph;

import java.io.IOException;
import java.util.List;

/**
 * A node of a graph.
 *
 * @param operator what it does, {@code MatMul} for one; of another domain than ONNX's own with that
 *     before it
 * @param inputs the names of what it takes; empty where an optional input is left out
 * @param outputs the names of what it gives
 * @param permutation of {@code Transpose}; empty if it has none
 * @param hasSubgraph whether an attribute is a graph
 */
record OnnxNode(
    String operator,
    List<String> inputs,
    List<String> outputs,
    List<Long> permutation,
    boolean hasSubgraph) {
  private static final int INPUT = 1;
  private static final int OUTPUT = 2;
  private static final int OPERATOR = 4;
  private static final int ATTRIBUTE = 5;
  private static final int DOMAIN = 7;

  private static final int ATTRIBUTE_NAME = 1;
  private static final int ATTRIBUTE_GRAPH = 6;
  private static final int ATTRIBUTE_INTEGERS = 8;
  private static final int ATTRIBUTE_GRAPHS = 11;

  static OnnxNode read(WireMessage message) throws IOException {
    List<Long> permutation = List.of();
    boolean hasSubgraph = false;
    for (WireMessage.Field field : message.fields(ATTRIBUTE)) {
      WireMessage attribute = field.content();
      if (attribute.text(ATTRIBUTE_NAME).equals("perm")) {
        permutation = attribute.numbers(ATTRIBUTE_INTEGERS);
      }
      hasSubgraph |=
          !attribute.fields(ATTRIBUTE_GRAPH).isEmpty()
              || !attribute.fields(ATTRIBUTE_GRAPHS).isEmpty();
    }
    String domain = message.text(DOMAIN);
    String operator = message.text(OPERATOR);
    return new OnnxNode(
        domain.isEmpty() || domain.equals("ai.onnx") ? operator : domain + "." + operator,
        message.texts(INPUT),
        message.texts(OUTPUT),
        permutation,
        hasSubgraph);
  }
}
