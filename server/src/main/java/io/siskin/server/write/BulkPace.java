package io.siskin.server.write;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Lets the threads that write give way to searches. After a piece of work such a thread rests while
 * searches wait for a thread, for up to {@value #RESTS_PER_WORK} times as long as it had worked. So
 * it always gets at least {@value #SHARE_PERCENT_MIN} % of its time, and writes never starve. While
 * no search waits, nothing rests.
 *
 * <p>Safe for concurrent use.
 */
public final class BulkPace {
  /** The part of its time that a writing thread gets at least, in percent. */
  public static final int SHARE_PERCENT_MIN = 10;

  private static final int RESTS_PER_WORK = 100 / SHARE_PERCENT_MIN - 1;

  // So that a thread notices soon that no search waits any more.
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  // After a long piece of work, such as a file of a segment, a rest is no longer than this.
  private static final long REST_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(500);

  private final LongSupplier nanoTime;
  private final LongConsumer sleep;
  private volatile BooleanSupplier searchesWait = () -> false;

  /** Makes a pace by which nothing rests, until {@link #follow} is called. */
  public BulkPace() {
    this(System::nanoTime, LockSupport::parkNanos);
  }

  /**
   * Makes a pace with a clock of the caller's.
   *
   * @param nanoTime the clock
   * @param sleep lets the thread pause for so many nanoseconds
   */
  BulkPace(LongSupplier nanoTime, LongConsumer sleep) {
    this.nanoTime = nanoTime;
    this.sleep = sleep;
  }

  /**
   * Rests while searches wait, from now on.
   *
   * @param waiting tells whether searches wait for a thread; asked often, from many threads
   */
  public void follow(BooleanSupplier waiting) {
    searchesWait = waiting;
  }

  /**
   * Rests, if searches wait. An interrupted thread does not rest.
   *
   * @param workNanos how long the calling thread has worked since its last rest, in nanoseconds
   */
  void rest(long workNanos) {
    long begin = nanoTime.getAsLong();
    long restNanos = Math.min(workNanos * RESTS_PER_WORK, REST_NANOS_MAX);
    long left = restNanos;
    while (left > 0 && searchesWait.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
      sleep.accept(Math.min(left, STEP_NANOS));
      left = restNanos - (nanoTime.getAsLong() - begin);
    }
  }

  /**
   * Returns a task that rests after its work.
   *
   * @param work the work
   */
  Runnable paced(Runnable work) {
    return () -> {
      long begin = nanoTime.getAsLong();
      work.run();
      rest(nanoTime.getAsLong() - begin);
    };
  }
}
