package io.siskin.server.batch;

import io.siskin.server.search.Interruption;
import io.siskin.server.search.QueryInterruptedException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One caller's interest in one text. Several may share a {@link Work}.
 *
 * @param future what the caller holds
 * @param priority the class that its place is counted in
 * @param interruption the caller's deadline and cancellation
 * @param submitNanoTime when it came, on the clock of {@link System#nanoTime}
 * @param characters the text's length, in UTF-16 code units
 */
record Waiter(
    CompletableFuture<EncodedText> future,
    Priority priority,
    Interruption interruption,
    long submitNanoTime,
    int characters) {
  /** Why a waiter is not served: what its future ends with. */
  record Dropped(Waiter waiter, QueryInterruptedException reason) {
    /** Ends the caller's waiting; does nothing when the caller has ended it. */
    void complete() {
      waiter.future.completeExceptionally(reason);
    }
  }

  /** Returns why nobody waits for the answer any more, or null while somebody does. */
  @Nullable QueryInterruptedException interrupted() {
    if (future.isDone()) {
      return new QueryInterruptedException(QueryInterruptedException.Reason.CANCELLED);
    }
    try {
      interruption.check();
      return null;
    } catch (QueryInterruptedException reason) {
      return reason;
    }
  }
}
