package io.siskin.loadtest.load.schedule;

import io.siskin.index.error.InvalidInputException;

/** How many calls of a load are of one operation. */
public sealed interface Share {
  /**
   * A part of the load's rate.
   *
   * @param weight above 0 to 1,000,000; the parts are as the weights are
   */
  record Weight(double weight) implements Share {
    /**
     * Checks the range.
     *
     * @throws InvalidInputException when the weight is outside of it
     */
    public Weight {
      if (!(weight > 0 && weight <= 1e6)) {
        throw new InvalidInputException("weight", weight, "above 0 to 1000000");
      }
    }
  }

  /**
   * A rate of its own beside that of the load, from the beginning to the end.
   *
   * @param perSecond calls a second, above 0 to 1,000,000
   */
  record Beside(double perSecond) implements Share {
    /**
     * Checks the range.
     *
     * @throws InvalidInputException when the rate is outside of it
     */
    public Beside {
      if (!(perSecond > 0 && perSecond <= RateStage.PER_SECOND_MAX)) {
        throw new InvalidInputException(
            "per_second", perSecond, "above 0 to 1000000 calls a second");
      }
    }
  }

  /** No calls. */
  record None() implements Share {}
}
