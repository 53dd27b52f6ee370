package io.siskin.server.rpc.service;

import io.grpc.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * Starts the work of requests, however they came. Safe for concurrent use.
 *
 * @param <M> the message of a request
 * @param <A> the message of its answer
 */
@FunctionalInterface
interface Dispatcher<M, A> {
  /**
   * Starts the work, which may already be answered when this returns. Throws nothing: every failure
   * goes to the caller.
   *
   * @param message the request
   * @param deadline until when the answer is wanted; null for no limit
   * @param caller who gets the answer
   */
  void dispatch(M message, @Nullable Deadline deadline, Caller<A> caller);
}
