package io.siskin.server.encode.model;

import io.siskin.server.encode.kernel.TermActivation;

/** What makes a term's weight of a model's number, once the shift is taken off. */
public enum Activation {
  /** log(1 + max(0, x)), SPLADE's. */
  LOG1P_RELU(TermActivation.LOG1P),
  /** log(1 + log(1 + max(0, x))), of the ℓ0-sparsified inference-free models. */
  LOG1P_LOG1P_RELU(TermActivation.LOG1P_LOG1P),
  /** max(0, x). */
  RELU(TermActivation.RELU),
  /** x, for outputs that are weights already. What is not above 0 is no term, as with relu. */
  NONE(TermActivation.RELU);

  private final TermActivation ofExcess;

  Activation(TermActivation ofExcess) {
    this.ofExcess = ofExcess;
  }

  /** Returns the activation of what a number exceeds the shift by. */
  TermActivation ofExcess() {
    return ofExcess;
  }

  /** Returns the weight of a number; 0 when it does not exceed the shift, or is none. */
  float weight(float number, float shift) {
    return number > shift ? ofExcess.apply(number - shift) : 0;
  }
}
