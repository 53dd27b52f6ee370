package io.siskin.client.internal;

import io.grpc.stub.ClientResponseObserver;
import io.siskin.client.SearchException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link StreamConnection} has to know of its messages. Safe for concurrent use.
 *
 * @param <Q> a request of the facade
 * @param <A> its answer
 * @param <M> the message of a request
 * @param <P> the message of an answer
 */
interface StreamExchange<Q, A, M, P> {
  /**
   * Opens the call.
   *
   * @param responses is told of it, and gets what comes
   */
  void open(ClientResponseObserver<M, P> responses);

  /** Returns the request's own deadline, or null for the client's. */
  @Nullable Duration deadline(Q request);

  /**
   * Translates a request.
   *
   * @param id by which the answer is to be known
   * @param request the request
   * @param timeout how long it may take from its arrival
   */
  M message(long id, Q request, com.google.protobuf.Duration timeout);

  /** Returns which request is answered. */
  long id(P response);

  /**
   * Translates an answer.
   *
   * @throws SearchException when the request failed
   */
  A answer(P response);

  /** Returns the failure that stands for a response that says neither how it went nor why not. */
  static SearchException withoutOutcome() {
    return new SearchException.ServerFault("UNKNOWN", "a response without outcome", null, null);
  }
}
