package io.siskin.server.testing;

import java.util.Random;

/** Runs the body of a randomised test so that a failure can be replayed. */
public final class Seeded {
  private static final String SEED_PROPERTY = "siskin.seed";

  private Seeded() {}

  /** A test's body; may throw anything. */
  @FunctionalInterface
  public interface Body {
    /** Runs the test with the given source of randomness. */
    void run(Random random) throws Exception;
  }

  /**
   * Runs the body with a fresh seed, or with the one of {@code -Dsiskin.seed}; a failure names the
   * seed.
   *
   * @param body the test
   */
  @SuppressWarnings("IllegalCatch") // every failure gets its seed
  public static void run(Body body) {
    String given = System.getProperty(SEED_PROPERTY, "");
    long seed = given.isEmpty() ? System.nanoTime() : Long.parseLong(given);
    try {
      body.run(new Random(seed));
    } catch (Exception | AssertionError failure) {
      throw new AssertionError(
          "failed with seed "
              + seed
              + "; replay with -Dsiskin.seed="
              + seed
              + ": "
              + failure.getMessage(),
          failure);
    }
  }
}
