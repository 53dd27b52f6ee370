package io.siskin.server.rpc.service;

import io.grpc.Deadline;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.search.Cancellation;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one who asked: a unary call or one element of a stream. Gets one answer or one failure, from
 * any thread.
 *
 * @param <A> the answer
 */
public interface Caller<A> {
  /** Tells whether the answer is no longer wanted; asked from working threads, often. */
  boolean isCancelled();

  /** Returns where it is written down what was done for this caller. */
  CallRecord record();

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
  default Cancellation cancellation(@Nullable Deadline deadline) {
    return deadline == null
        ? Cancellation.whenCancelled(this::isCancelled)
        : Cancellation.at(
            System.nanoTime() + deadline.timeRemaining(TimeUnit.NANOSECONDS), this::isCancelled);
  }
}
