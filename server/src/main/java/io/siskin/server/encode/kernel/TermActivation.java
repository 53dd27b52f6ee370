package io.siskin.server.encode.kernel;

/**
 * What the excess of a logit over its floor becomes: the weight of a term. All are monotone, and
 * zero at zero.
 */
public enum TermActivation {
  /** The excess itself. */
  RELU {
    @Override
    public float apply(float excess) {
      return excess;
    }
  },

  /** {@code log(1 + excess)}: SPLADE's, which keeps one term from outweighing all others. */
  LOG1P {
    @Override
    public float apply(float excess) {
      return (float) Math.log1p(excess);
    }
  },

  /** {@code log(1 + log(1 + excess))}: of the inference-free models trained with an ℓ0 loss. */
  LOG1P_LOG1P {
    @Override
    public float apply(float excess) {
      return (float) Math.log1p(Math.log1p(excess));
    }
  };

  /**
   * Returns the weight.
   *
   * @param excess zero or more
   */
  public abstract float apply(float excess);

  /**
   * Turns values into weights in place.
   *
   * <p>Naively: {@code for (i < count) values[i] = apply(values[i] - floor)}.
   *
   * @param values none below the floor
   * @param count how many
   * @param floor what is subtracted first
   */
  public void applyAll(float[] values, int count, float floor) {
    for (int i = 0; i < count; i++) {
      values[i] = apply(values[i] - floor);
    }
  }
}
