package io.siskin.server.encode.onnx.graph;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Follows the values of a graph from its output upwards, to {@link ProjectionCut}. */
final class ProjectionCutter {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int RANK = 3;

  /** More in a row are a circle, which no runtime would take. */
  private static final int IDENTITIES_MAX = 16;

  private final OnnxGraph graph;
  private final String output;

  ProjectionCutter(OnnxGraph graph, String output) {
    this.graph = graph;
    this.output = output;
  }

  /** Cuts the model, if it ends in a projection. */
  ProjectionCut cut() throws IOException {
    if (!graph.hasOutput(output) || graph.rank(output) != RANK) {
      return new ProjectionCut.Refused("output " + output + " does not state three dimensions");
    }
    if (graph.hasSubgraphs()) {
      return new ProjectionCut.Refused("a node has a graph of its own");
    }
    String sum = skipIdentities(output);
    OnnxNode addition = producer(sum, "Add", 2);
    if (addition == null) {
      return cutProduct(sum, null);
    }
    int biasInput = initializer(addition.inputs().get(0)) == null ? 1 : 0;
    OnnxTensor bias = initializer(addition.inputs().get(biasInput));
    if (bias == null || bias.floats() == null) {
      return new ProjectionCut.Refused("what is added last is no stored vector of 32-bit floats");
    }
    return cutProduct(skipIdentities(addition.inputs().get(1 - biasInput)), bias);
  }

  private ProjectionCut cutProduct(String product, @Nullable OnnxTensor bias) throws IOException {
    OnnxNode multiplication = producer(product, "MatMul", 2);
    if (multiplication == null) {
      return new ProjectionCut.Refused("the logits are no product of matrices and a bias");
    }
    String matrix = skipIdentities(multiplication.inputs().get(1));
    OnnxNode transposition = producer(matrix, "Transpose", 1);
    // Without a permutation all dimensions are reversed, which for two is the same.
    if (transposition != null
        && !List.of().equals(transposition.permutation())
        && !List.of(1L, 0L).equals(transposition.permutation())) {
      return new ProjectionCut.Refused(
          "the weights are transposed by " + transposition.permutation());
    }
    boolean byTerm = transposition != null;
    String stored =
        transposition == null ? matrix : skipIdentities(transposition.inputs().getFirst());
    return cut(multiplication.inputs().get(0), graph.initializer(stored), byTerm, bias);
  }

  private ProjectionCut cut(
      String hidden, @Nullable OnnxTensor weights, boolean byTerm, @Nullable OnnxTensor bias)
      throws IOException {
    if (weights == null || weights.floats() == null || weights.dimensions().size() != 2) {
      return new ProjectionCut.Refused(
          "the weights are no matrix of 32-bit floats inside the file");
    }
    long terms = weights.dimensions().get(byTerm ? 0 : 1);
    long size = weights.dimensions().get(byTerm ? 1 : 0);
    float[] biases = new float[Math.toIntExact(terms)];
    if (bias != null) {
      MemorySegment values = Objects.requireNonNull(bias.floats());
      if (values.byteSize() != terms * Float.BYTES || bias.dimensions().getLast() != terms) {
        return new ProjectionCut.Refused("what is added last has the shape " + bias.dimensions());
      }
      MemorySegment.copy(values, FLOAT, 0, biases, 0, biases.length);
    }
    return new ProjectionCut.Parts(
        graph.cutAt(hidden, output, Math.toIntExact(size)),
        hidden,
        Objects.requireNonNull(weights.floats()),
        byTerm,
        biases.length,
        Math.toIntExact(size),
        biases);
  }

  private @Nullable OnnxTensor initializer(String value) {
    return graph.initializer(skipIdentities(value));
  }

  private String skipIdentities(String value) {
    String at = value;
    OnnxNode node = producer(at, "Identity", 1);
    for (int i = 0; node != null && i < IDENTITIES_MAX; i++) {
      at = node.inputs().getFirst();
      node = producer(at, "Identity", 1);
    }
    return at;
  }

  private @Nullable OnnxNode producer(String value, String operator, int inputCount) {
    OnnxNode node = graph.producer(value);
    return node != null && node.operator().equals(operator) && node.inputs().size() == inputCount
        ? node
        : null;
  }
}
