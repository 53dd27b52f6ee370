package io.siskin.server.rpc;

import io.grpc.Deadline;
import io.siskin.server.search.Interruption;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whoever asked: a unary call or one element of a stream. Gets one answer or one failure, from any
 * thread.
 *
 * @param <A> the answer
 */
interface Caller<A> {
  /** Tells whether the answer is no longer wanted; asked from working threads, often. */
  boolean isCancelled();

  /**
   * Takes the answer.
   *
   * @param answer what was asked for
   */
  void succeeded(A answer);

  /**
   * Takes the failure.
   *
   * @param error what {@link StatusMapper} shall translate
   */
  void failed(Throwable error);

  /**
   * Returns what ends the work for this caller.
   *
   * @param deadline until when the answer is wanted; null for no limit
   */
  default Interruption interruption(@Nullable Deadline deadline) {
    return deadline == null
        ? Interruption.whenCancelled(this::isCancelled)
        : Interruption.at(
            System.nanoTime() + deadline.timeRemaining(TimeUnit.NANOSECONDS), this::isCancelled);
  }
}
