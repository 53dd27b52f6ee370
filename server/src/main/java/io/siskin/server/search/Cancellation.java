package io.siskin.server.search;

import io.siskin.server.search.QueryCancelledException.Reason;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The deadline and the cancellation of one request, asked by the evaluators between blocks.
 *
 * <p>{@link #check} costs a clock reading (about 20 ns), so evaluators call it once a few
 * microseconds of work and not once a document. Safe to share between the threads of one request.
 */
public final class Cancellation {
  /** Never interrupts. */
  public static final Cancellation NEVER = whenCancelled(() -> false);

  private final boolean hasDeadline;
  private final long deadlineNanoTime;
  private final BooleanSupplier cancelled;
  private final LongSupplier nanoTime;

  private Cancellation(
      boolean hasDeadline,
      long deadlineNanoTime,
      BooleanSupplier cancelled,
      LongSupplier nanoTime) {
    this.hasDeadline = hasDeadline;
    this.deadlineNanoTime = deadlineNanoTime;
    this.cancelled = cancelled;
    this.nanoTime = nanoTime;
  }

  /**
   * Interrupts on cancellation only.
   *
   * @param cancelled asked at each check; must be cheap and thread-safe
   */
  public static Cancellation whenCancelled(BooleanSupplier cancelled) {
    return new Cancellation(false, 0, cancelled, System::nanoTime);
  }

  /**
   * Interrupts on cancellation and at a deadline.
   *
   * @param deadlineNanoTime on the clock of {@link System#nanoTime}
   * @param cancelled asked at each check; must be cheap and thread-safe
   */
  public static Cancellation at(long deadlineNanoTime, BooleanSupplier cancelled) {
    return at(deadlineNanoTime, cancelled, System::nanoTime);
  }

  /**
   * Interrupts on cancellation and at a deadline of another clock.
   *
   * @param deadlineNanoTime on the given clock
   * @param cancelled asked at each check; must be cheap and thread-safe
   * @param nanoTime the clock, in nanoseconds; must be cheap and thread-safe
   */
  public static Cancellation at(
      long deadlineNanoTime, BooleanSupplier cancelled, LongSupplier nanoTime) {
    return new Cancellation(true, deadlineNanoTime, cancelled, nanoTime);
  }

  /**
   * Returns the same with a deadline that is so much earlier; without one, the same.
   *
   * @param nanos by how much, 0 or more
   */
  public Cancellation earlierBy(long nanos) {
    return hasDeadline ? at(deadlineNanoTime - nanos, cancelled, nanoTime) : this;
  }

  /**
   * Returns the same with a deadline that is no further away than a time.
   *
   * @param nanos how far, from now, 0 or more
   */
  public Cancellation within(long nanos) {
    return remainingNanos() <= nanos ? this : at(nanoTime.getAsLong() + nanos, cancelled, nanoTime);
  }

  /**
   * Returns the same that also interrupts on another cancellation.
   *
   * @param also asked at each check; must be cheap and thread-safe
   */
  public Cancellation orWhen(BooleanSupplier also) {
    BooleanSupplier first = cancelled;
    return new Cancellation(
        hasDeadline, deadlineNanoTime, () -> first.getAsBoolean() || also.getAsBoolean(), nanoTime);
  }

  /**
   * Returns how long the deadline is away, in nanoseconds: not above 0 when it has passed, {@link
   * Long#MAX_VALUE} without one.
   */
  public long remainingNanos() {
    return hasDeadline ? deadlineNanoTime - nanoTime.getAsLong() : Long.MAX_VALUE;
  }

  /** Tells whether the deadline has passed or the request was cancelled. */
  public boolean hasHappened() {
    return reason() != null;
  }

  /**
   * Returns when nothing has happened yet.
   *
   * @throws QueryCancelledException when the deadline has passed or the request was cancelled
   */
  public void check() {
    Reason reason = reason();
    if (reason != null) {
      throw new QueryCancelledException(reason);
    }
  }

  private @Nullable Reason reason() {
    if (cancelled.getAsBoolean()) {
      return Reason.CANCELLED;
    }
    return hasDeadline && nanoTime.getAsLong() - deadlineNanoTime >= 0
        ? Reason.DEADLINE_EXCEEDED
        : null;
  }
}
