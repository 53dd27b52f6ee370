package io.siskin.server.encode.onnx;

import java.nio.FloatBuffer;

/** An input of a model with its numbers, or an output with the memory for them. */
public sealed interface TensorData {
  /** Returns its name in the model. */
  String name();

  /** Returns its dimensions. */
  long[] shape();

  /**
   * 64-bit integers.
   *
   * @param name its name in the model
   * @param shape its dimensions
   * @param values the numbers, as many as the shape has
   */
  record Longs(String name, long[] shape, long[] values) implements TensorData {}

  /**
   * Single-precision numbers.
   *
   * @param name its name in the model
   * @param shape its dimensions
   * @param values memory outside the heap in the byte order of the machine, its remaining floats as
   *     many as the shape has
   */
  record Floats(String name, long[] shape, FloatBuffer values) implements TensorData {}
}
