package io.siskin.server.rpc.service;

import com.google.protobuf.Duration;
import com.google.rpc.Status;
import io.grpc.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link StreamCall} has to know of its messages. Safe for concurrent use.
 *
 * @param <Q> a request of the stream
 * @param <A> what its work gives
 * @param <R> a response of the stream
 */
interface StreamProtocol<Q, A, R> {
  /** Returns the id that the client chose. */
  long requestId(Q request);

  /** Returns how long the one request may take; null for as long as the stream. */
  @Nullable Duration timeout(Q request);

  /**
   * Starts the work. Throws nothing: every failure goes to the caller.
   *
   * @param request the request
   * @param deadline until when the answer is wanted; null for no limit
   * @param caller who gets it
   */
  void dispatch(Q request, @Nullable Deadline deadline, Caller<A> caller);

  /** Returns the response that carries an answer. */
  R response(long requestId, A answer);

  /** Returns the response that carries a failure. */
  R failure(long requestId, Status status);
}
