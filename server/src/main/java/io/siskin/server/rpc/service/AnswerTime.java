package io.siskin.server.rpc.service;

import io.siskin.server.rpc.transport.CallRecord;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How long a search takes from its encoded text to its answer, waiting included. So much of a
 * deadline must be left when a text is encoded. The estimate rises quickly when answers take longer
 * and falls slowly, so it covers a batch of texts that become searches at the same moment. Safe for
 * concurrent use.
 */
final class AnswerTime {
  // It rises by a third of the difference with each answer that took longer, and falls by two
  // thirds of the difference in 1,000 others.
  private static final int RISE_DIVISOR = 3;
  private static final int FALL_DIVISOR = 1_000;
  // Encoding always gets most of the time, whatever was measured.
  private static final int SHARE_DIVISOR = 4;

  private final AtomicLong nanos = new AtomicLong();
  private final LongSupplier nanoTime;

  /**
   * Knows nothing yet.
   *
   * @param nanoTime the clock that answers are timed by, in nanoseconds
   */
  AnswerTime(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Returns how much earlier than its deadline a text has to be encoded.
   *
   * @param remainingNanos how far the deadline is
   * @return nanoseconds, at most a quarter of what remains
   */
  long reserveNanos(long remainingNanos) {
    return Math.clamp(nanos.get(), 0, Math.max(remainingNanos, 0) / SHARE_DIVISOR);
  }

  /**
   * Learns from an answer.
   *
   * @param tookNanos how long it took from the encoded text on
   */
  void learn(long tookNanos) {
    long took = Math.max(tookNanos, 0);
    nanos.updateAndGet(
        known ->
            took > known
                ? known + (took - known) / RISE_DIVISOR
                : known - (known - took) / FALL_DIVISOR);
  }

  /**
   * Returns a caller that is answered as another one is. Learns from its answer, counted from now.
   *
   * @param caller who asked, and whose text is encoded now
   */
  <A> Caller<A> watching(Caller<A> caller) {
    long encodedNanoTime = nanoTime.getAsLong();
    return new Caller<>() {
      @Override
      public boolean isCancelled() {
        return caller.isCancelled();
      }

      @Override
      public CallRecord record() {
        return caller.record();
      }

      @Override
      public void succeeded(A answer) {
        caller.succeeded(answer);
        learn(nanoTime.getAsLong() - encodedNanoTime);
      }

      @Override
      public void failed(Throwable error) {
        caller.failed(error);
      }
    };
  }
}
