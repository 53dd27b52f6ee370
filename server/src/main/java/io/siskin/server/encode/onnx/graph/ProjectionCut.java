package io.siskin.server.encode.onnx.graph;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A masked language model cut in two before its last layer, the projection onto the vocabulary:
 * {@code logits = MatMul(hidden, weights) + bias}.
 */
public sealed interface ProjectionCut {
  /**
   * The two parts.
   *
   * @param model an ONNX model that gives the hidden states, {@code [batch, length, hiddenSize]},
   *     and nothing else; in all else the model that was cut
   * @param hidden the name of that output
   * @param weights little-endian floats: a view of the bytes of the model that was cut
   * @param byTerm whether the weights of a term lie side by side, {@code [terms, hidden]};
   *     otherwise those of a hidden unit do
   * @param termCount how many terms
   * @param hiddenSize how many hidden units
   * @param bias one per term
   */
  record Parts(
      byte[] model,
      String hidden,
      MemorySegment weights,
      boolean byTerm,
      int termCount,
      int hiddenSize,
      float[] bias)
      implements ProjectionCut {}

  /**
   * The model does not end in a projection that is understood.
   *
   * @param reason what was found instead, for a log
   */
  record Refused(String reason) implements ProjectionCut {}

  /**
   * Cuts a model. Understood are {@code MatMul} with 32-bit weights inside the file, transposed by
   * a node or not, followed by {@code Add} of a bias or not.
   *
   * @param model an ONNX model's bytes, kept by the result and not to be changed
   * @param output the output with the logits, {@code [batch, length, terms]}
   */
  static ProjectionCut of(byte[] model, String output) {
    try {
      return new ProjectionCutter(new OnnxGraph(model), output).cut();
    } catch (IOException malformed) {
      return new Refused("the file is not read: " + malformed.getMessage());
    }
  }
}
