package io.siskin.index.testing;

import java.util.Random;

/**
 * Seeds of randomised tests. Each run has another seed and prints it. {@code -Dsiskin.seed=N}
 * repeats a run.
 */
public final class Seeds {
  private Seeds() {}

  /** Returns the seed of this run. */
  public static long next() {
    Long forced = Long.getLong("siskin.seed");
    long seed = forced == null ? new Random().nextLong() : forced;
    System.out.println("seed " + seed + " (replay with -Dsiskin.seed=" + seed + ")");
    return seed;
  }
}
