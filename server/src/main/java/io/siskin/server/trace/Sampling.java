package io.siskin.server.trace;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a call begins whether its trace is recorded. Where the caller has a trace, the
 * caller has decided. Otherwise a share of the calls is recorded.
 *
 * <p>A call that is not recorded costs one random number at most. Safe for concurrent use.
 */
public final class Sampling {
  private final double ratio;
  private final LongSupplier random;

  /**
   * Makes a decision for each call by chance.
   *
   * @param ratio the share of the calls without a caller's trace that is recorded, 0 to 1
   */
  public Sampling(double ratio) {
    // Ids must be new after each start, so that no seed is wanted.
    this(ratio, () -> ThreadLocalRandom.current().nextLong());
  }

  /**
   * Makes a decision for each call by given numbers.
   *
   * @param ratio the share of the calls without a caller's trace that is recorded, 0 to 1
   * @param random gives numbers that are evenly spread over all longs; safe for concurrent use
   */
  Sampling(double ratio, LongSupplier random) {
    this.ratio = ratio;
    this.random = random;
  }

  /**
   * Returns the span of a call that begins; null when it is not recorded.
   *
   * @param caller the caller's span, which becomes the parent; null for none
   */
  public @Nullable TraceContext begin(@Nullable TraceContext caller) {
    if (caller != null) {
      return caller.sampled() ? caller.withSpan(id()) : null;
    }
    return ratio > 0 && (random.getAsLong() >>> 11) * 0x1p-53 < ratio
        ? new TraceContext(id(), id(), id(), true)
        : null;
  }

  /** Returns a random number that is not 0. */
  private long id() {
    long id = random.getAsLong();
    return id == 0 ? 1 : id;
  }
}
