package io.siskin.server.encode.model;

/** What makes a term's weight of a model's number. Each gives 0 for 0. */
public enum Activation {
  /** log(1 + max(0, x)), SPLADE's. */
  LOG1P_RELU {
    @Override
    double of(double number) {
      return Math.log1p(Math.max(0, number));
    }
  },
  /** log(1 + log(1 + max(0, x))), of the ℓ0-sparsified inference-free models. */
  LOG1P_LOG1P_RELU {
    @Override
    double of(double number) {
      return Math.log1p(Math.log1p(Math.max(0, number)));
    }
  },
  /** max(0, x). */
  RELU {
    @Override
    double of(double number) {
      return Math.max(0, number);
    }
  },
  /** x, for outputs that are weights already; what is not above 0 is no term. */
  NONE {
    @Override
    double of(double number) {
      return number;
    }
  };

  /** Returns the weight; growing with the number, so that the largest number has it too. */
  abstract double of(double number);
}
