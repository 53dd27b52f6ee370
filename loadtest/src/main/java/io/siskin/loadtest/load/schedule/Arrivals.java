package io.siskin.loadtest.load.schedule;

import java.util.function.DoubleConsumer;
import java.util.random.RandomGenerator;

/** How calls are spread over time, at a given rate. */
public enum Arrivals {
  /** One call after the other, at the same distance. Nobody's users are like that. */
  FIXED,

  /**
   * Each call is independent of the others, as those of many users are: the distances have an
   * exponential distribution. So there are bursts, and latencies are higher.
   */
  POISSON;

  /**
   * Tells all times at which a call is due, in ascending order.
   *
   * @param profile the rate over time
   * @param random used up by Poisson arrivals
   * @param seconds takes each time, in seconds from the beginning
   */
  void each(RateProfile profile, RandomGenerator random, DoubleConsumer seconds) {
    double calls = profile.calls();
    switch (this) {
      case FIXED -> {
        // Sums of rates times seconds are seldom exact.
        double end = calls * (1 - 1e-12);
        for (long call = 0; call < end; call++) {
          seconds.accept(profile.secondOf((double) call));
        }
      }
      case POISSON -> {
        // A Poisson process of rate 1 over the number of calls, seen at the times that belong to
        // it.
        for (double at = step(random); at < calls; at += step(random)) {
          seconds.accept(profile.secondOf(at));
        }
      }
    }
  }

  private static double step(RandomGenerator random) {
    return -Math.log1p(-random.nextDouble());
  }
}
