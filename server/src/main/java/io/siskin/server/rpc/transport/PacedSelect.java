package io.siskin.server.rpc.transport;

import io.grpc.netty.shaded.io.netty.channel.SelectStrategy;
import io.grpc.netty.shaded.io.netty.util.IntSupplier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Lets a network thread look for what has arrived only once in a while, when there is no hurry.
 *
 * <p>To be woken for one call costs a network thread more than to refuse it: about 45 µs against
 * 20. Under overload that time is taken from the searches that were admitted. While the search
 * threads have work for longer than a pause, nothing is won by bringing more work at once. So the
 * thread then pauses before it looks: three times as long as its last turn took, within 1 and 5 ms.
 * It so takes in many calls at a time, and it leaves three quarters of a core to others, however
 * many calls come.
 *
 * <p>Without overload this is Netty's default: wait for what comes first. Used by one thread.
 */
final class PacedSelect implements SelectStrategy {
  /** The shortest pause. */
  static final long PAUSE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(1);

  /** The longest pause. */
  static final long PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(5);

  private static final int PAUSE_PER_TURN = 3;

  private final BooleanSupplier noHurry;
  private final LongSupplier nanoTime;
  private final LongConsumer sleep;
  private boolean paced;
  private long turnBeganNanoTime;

  /**
   * Creates a strategy on the system's clock.
   *
   * @param noHurry tells whether what arrives may wait for a moment
   */
  PacedSelect(BooleanSupplier noHurry) {
    this(noHurry, System::nanoTime, LockSupport::parkNanos);
  }

  /**
   * Creates a strategy.
   *
   * @param noHurry tells whether what arrives may wait for a moment
   * @param nanoTime the clock
   * @param sleep lets the thread pause for so many nanoseconds
   */
  PacedSelect(BooleanSupplier noHurry, LongSupplier nanoTime, LongConsumer sleep) {
    this.noHurry = noHurry;
    this.nanoTime = nanoTime;
    this.sleep = sleep;
  }

  @Override
  public int calculateStrategy(IntSupplier selectNow, boolean hasTasks) throws Exception {
    if (!noHurry.getAsBoolean()) {
      paced = false;
      return hasTasks ? selectNow.get() : SELECT;
    }
    // A turn before the first pause may have waited for something to arrive.
    long turnNanos = paced ? nanoTime.getAsLong() - turnBeganNanoTime : 0;
    paced = true;
    sleep.accept(Math.clamp(turnNanos * PAUSE_PER_TURN, PAUSE_NANOS_MIN, PAUSE_NANOS_MAX));
    turnBeganNanoTime = nanoTime.getAsLong();
    return selectNow.get();
  }
}
