package io.siskin.server.encode.onnx.graph;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Writes ONNX models small enough to be read in a test. */
public final class OnnxFixture {
  private static final int INT64 = 7;

  private final UnknownFieldSet.Builder graph = UnknownFieldSet.newBuilder();
  private final List<ByteString> nodes = new ArrayList<>();

  /** Begins a graph. */
  public OnnxFixture() {
    add(graph, 2, ByteString.copyFromUtf8("fixture"));
  }

  /**
   * A masked language model in little: {@code logits = embeddings[input_ids] × embeddingsᵀ + bias}.
   *
   * @param embeddings {@code [terms, size]}
   * @param bias one a term
   */
  public static byte[] maskedLanguageModel(float[][] embeddings, float[] bias) {
    int size = embeddings[0].length;
    float[] flat = new float[embeddings.length * size];
    for (int term = 0; term < embeddings.length; term++) {
      System.arraycopy(embeddings[term], 0, flat, term * size, size);
    }
    return new OnnxFixture()
        .input("input_ids", INT64, "batch", "length")
        .input("attention_mask", INT64, "batch", "length")
        .initializer("embeddings", flat, embeddings.length, size)
        .initializer("bias", bias, embeddings.length)
        .node("Gather", List.of("embeddings", "input_ids"), "hidden")
        .transposition("embeddings", "transposed")
        .node("MatMul", List.of("hidden", "transposed"), "product")
        .node("Add", List.of("product", "bias"), "logits")
        .output("logits", "batch", "length", embeddings.length)
        .model();
  }

  /** Adds an input of integers. */
  public OnnxFixture input(String name, int type, Object... dimensions) {
    add(graph, 11, value(name, type, dimensions));
    return this;
  }

  /** Adds an output of floats. */
  public OnnxFixture output(String name, Object... dimensions) {
    add(graph, 12, value(name, 1, dimensions));
    return this;
  }

  /** Adds stored floats. */
  public OnnxFixture initializer(String name, float[] values, long... dimensions) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    UnknownFieldSet.Builder tensor = UnknownFieldSet.newBuilder();
    for (long dimension : dimensions) {
      number(tensor, 1, dimension);
    }
    number(tensor, 2, 1);
    add(tensor, 8, ByteString.copyFromUtf8(name));
    add(tensor, 9, ByteString.copyFrom(bytes));
    add(graph, 5, tensor.build().toByteString());
    return this;
  }

  /** Adds a node without attributes. */
  public OnnxFixture node(String operator, List<String> inputs, String output) {
    return node(operator, inputs, output, List.of());
  }

  /** Adds a node that swaps two dimensions. */
  public OnnxFixture transposition(String input, String output) {
    UnknownFieldSet.Builder permutation = UnknownFieldSet.newBuilder();
    add(permutation, 1, ByteString.copyFromUtf8("perm"));
    number(permutation, 8, 1);
    number(permutation, 8, 0);
    number(permutation, 20, 7);
    return node("Transpose", List.of(input), output, List.of(permutation.build().toByteString()));
  }

  private OnnxFixture node(
      String operator, List<String> inputs, String output, List<ByteString> attributes) {
    UnknownFieldSet.Builder node = UnknownFieldSet.newBuilder();
    inputs.forEach(input -> add(node, 1, ByteString.copyFromUtf8(input)));
    add(node, 2, ByteString.copyFromUtf8(output));
    add(node, 4, ByteString.copyFromUtf8(operator));
    attributes.forEach(attribute -> add(node, 5, attribute));
    nodes.add(node.build().toByteString());
    return this;
  }

  /** Returns the file's bytes. */
  public byte[] model() {
    nodes.forEach(node -> add(graph, 1, node));
    UnknownFieldSet.Builder operators = UnknownFieldSet.newBuilder();
    number(operators, 2, 13);
    UnknownFieldSet.Builder model = UnknownFieldSet.newBuilder();
    number(model, 1, 8);
    add(model, 2, ByteString.copyFromUtf8("a producer"));
    add(model, 7, graph.build().toByteString());
    add(model, 8, operators.build().toByteString());
    return model.build().toByteArray();
  }

  private static ByteString value(String name, int type, Object... dimensions) {
    UnknownFieldSet.Builder shape = UnknownFieldSet.newBuilder();
    for (Object dimension : dimensions) {
      UnknownFieldSet.Builder one = UnknownFieldSet.newBuilder();
      if (dimension instanceof Integer fixed) {
        number(one, 1, fixed);
      } else {
        add(one, 2, ByteString.copyFromUtf8(dimension.toString()));
      }
      add(shape, 1, one.build().toByteString());
    }
    UnknownFieldSet.Builder tensor = UnknownFieldSet.newBuilder();
    number(tensor, 1, type);
    add(tensor, 2, shape.build().toByteString());
    UnknownFieldSet.Builder typed = UnknownFieldSet.newBuilder();
    add(typed, 1, tensor.build().toByteString());
    UnknownFieldSet.Builder value = UnknownFieldSet.newBuilder();
    add(value, 1, ByteString.copyFromUtf8(name));
    add(value, 2, typed.build().toByteString());
    return value.build().toByteString();
  }

  private static void add(UnknownFieldSet.Builder message, int field, ByteString content) {
    message.mergeField(
        field, UnknownFieldSet.Field.newBuilder().addLengthDelimited(content).build());
  }

  private static void number(UnknownFieldSet.Builder message, int field, long value) {
    message.mergeField(field, UnknownFieldSet.Field.newBuilder().addVarint(value).build());
  }
}
