package io.siskin.server.rpc.service;

import com.google.protobuf.Duration;
import com.google.rpc.Status;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How the messages of a stream hold requests and answers. Immutable.
 *
 * @param <Q> a message of the client
 * @param <M> the request in it
 * @param <A> the answer to the request
 * @param <R> a message of the server
 * @param requestId takes the id that the client chose out of its message
 * @param timeout takes the time that the one request may take out of its message; gives null when
 *     the request may take as long as the stream
 * @param request takes the request out of its message
 * @param response makes the message that carries an answer
 * @param failure makes the message that carries a failure
 */
record StreamMessages<Q, M, A, R>(
    ToLongFunction<Q> requestId,
    Function<Q, @Nullable Duration> timeout,
    Function<Q, M> request,
    Reply<A, R> response,
    Reply<Status, R> failure) {
  /**
   * Makes a message of the server.
   *
   * @param <T> what it carries
   * @param <R> the message
   */
  @FunctionalInterface
  interface Reply<T, R> {
    /**
     * Makes the message.
     *
     * @param requestId which request it answers
     * @param content what it carries
     */
    R of(long requestId, T content);
  }
}
