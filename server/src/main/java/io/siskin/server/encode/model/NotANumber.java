package io.siskin.server.encode.model;

import io.siskin.server.encode.onnx.InferenceException;

/** Refuses a model's output that is not a number. Left out, it would make a vector lose terms. */
final class NotANumber {
  private NotANumber() {}

  /**
   * Refuses NaN.
   *
   * @param number a number of the output
   * @param modelFile the model's file, for the message
   * @param what what the number is
   */
  static void check(float number, String modelFile, String what) {
    if (Float.isNaN(number)) {
      throw new InferenceException(
          modelFile, what + " is NaN; expected: a number. A model in half precision may overflow");
    }
  }
}
