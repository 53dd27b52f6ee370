package io.siskin.client;

import io.siskin.client.internal.Connection;
import io.siskin.client.internal.StreamConnection;
import java.util.concurrent.CompletableFuture;

/**
 * Many requests over one stream: they are submitted without waiting for answers, are answered in
 * any order, and each fails by itself.
 *
 * <p>When the stream itself breaks, because the server went away or shuts down, every unanswered
 * request fails with the reason, and so does every later one: open another stream. Safe for
 * concurrent use.
 *
 * @param <Q> a request
 * @param <A> its answer
 */
public abstract sealed class RequestStream<Q, A> implements AutoCloseable
    permits SearchStream, EncodeStream, UpsertStream {
  private final Connection connection;
  private final StreamConnection<Q, A> stream;

  RequestStream(Connection connection, StreamConnection<Q, A> stream) {
    this.connection = connection;
    this.stream = stream;
  }

  /**
   * Submits a request. Waits while {@link ClientOptions#streamInFlightMax} requests are unanswered,
   * so that a fast caller does not run ahead of the server.
   *
   * @param request the request; its deadline counts from its arrival at the server
   * @return the answer to come, completed on the client's network thread. A server that is busy
   *     fails it with {@link SearchException.Exhausted}, whose delay says when to submit it again.
   *     Cancelling it does not cancel the request, see {@link #cancel}
   * @throws IllegalStateException when called after {@link #close} or on the client's network
   *     thread
   * @throws SearchException.Cancelled when this thread is interrupted while it waits
   */
  public CompletableFuture<A> submit(Q request) {
    connection.checkMayBlock();
    return stream.submit(request);
  }

  /**
   * Ends the stream at once and gives up what is unanswered: those futures fail with {@link
   * SearchException.Cancelled}, and the server drops requests that it has not begun. Does not wait.
   */
  public void cancel() {
    stream.cancel();
  }

  /**
   * Waits for the answers that are still to come, as long as the longest deadline of the stream's
   * requests, then ends the stream.
   */
  @Override
  public void close() {
    connection.checkMayBlock();
    stream.close();
  }
}
