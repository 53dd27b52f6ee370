package io.siskin.server.batch;

import io.siskin.server.search.Cancellation;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.search.QueryCancelledException.Reason;
import io.siskin.server.trace.RequestTrace;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One caller's interest in one text. Several may share a {@link Work}.
 *
 * @param future what the caller holds
 * @param terms on which the text was admitted
 * @param characters the text's length, in UTF-16 code units
 */
record Waiter(CompletableFuture<EncodedText> future, Terms terms, int characters) {
  /**
   * What was agreed when texts were admitted.
   *
   * @param priority the class that their places are counted in
   * @param cancellation their caller's deadline and cancellation
   * @param submitNanoTime when they came, on the clock of {@link System#nanoTime}
   * @param expectedNanos how long they were expected to take; 0 when nothing was expected
   * @param budgetNanos how long they may take, {@link Long#MAX_VALUE} for any time
   * @param trace the trace of their caller; null for none
   */
  record Terms(
      Priority priority,
      Cancellation cancellation,
      long submitNanoTime,
      double expectedNanos,
      long budgetNanos,
      @Nullable RequestTrace trace) {}

  /** Why a waiter is not served: what its future ends with. */
  record Dropped(Waiter waiter, QueryCancelledException reason) {
    /** Tells whether the time was too short, and not just its caller gone. */
    boolean isLate() {
      return reason.reason() == Reason.DEADLINE_EXCEEDED || waiter.remainingNanos() <= 0;
    }

    /** Ends the caller's waiting; does nothing when the caller has ended it. */
    void complete() {
      waiter.future.completeExceptionally(reason);
    }
  }

  /** Returns how far the deadline is, in nanoseconds; {@link Long#MAX_VALUE} without one. */
  long remainingNanos() {
    return terms.cancellation().remainingNanos();
  }

  /**
   * Returns why nobody waits for the answer any more, or null while somebody does.
   *
   * @param neededNanos how long the answer takes still: what cannot be in time is not waited for
   */
  @Nullable QueryCancelledException interrupted(double neededNanos) {
    if (future.isDone()) {
      return new QueryCancelledException(Reason.CANCELLED);
    }
    try {
      terms.cancellation().check();
    } catch (QueryCancelledException reason) {
      return reason;
    }
    return neededNanos > 0 && remainingNanos() < neededNanos
        ? new QueryCancelledException(Reason.DEADLINE_EXCEEDED)
        : null;
  }
}
