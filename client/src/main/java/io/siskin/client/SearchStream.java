package io.siskin.client;

import io.siskin.client.internal.Connection;
import io.siskin.client.internal.StreamConnection;
import java.util.concurrent.CompletableFuture;

/**
 * Many searches over one stream: submitted without waiting, answered in any order, each failing for
 * itself.
 *
 * <p>When the stream itself breaks, because the server went away or shuts down, every unanswered
 * search fails with the reason, and so does every later one: open another stream. Safe for
 * concurrent use.
 */
public final class SearchStream implements AutoCloseable {
  private final Connection connection;
  private final StreamConnection<SearchRequest, SearchResult> stream;

  SearchStream(Connection connection, StreamConnection<SearchRequest, SearchResult> stream) {
    this.connection = connection;
    this.stream = stream;
  }

  /**
   * Submits a search. Waits while {@link ClientOptions#streamInFlightMax} searches are unanswered.
   *
   * @param request the search; its deadline counts from its arrival at the server
   * @return the answer to come, completed on the client's network thread. Cancelling it does not
   *     cancel the search, see {@link #cancel}
   * @throws IllegalStateException when called after {@link #close} or on the client's network
   *     thread
   * @throws SearchException.Cancelled when this thread is interrupted while it waits
   */
  public CompletableFuture<SearchResult> submit(SearchRequest request) {
    connection.checkMayBlock();
    return stream.submit(request);
  }

  /**
   * Ends the stream at once and gives up what is unanswered: those futures fail with {@link
   * SearchException.Cancelled}, and the server drops the searches. Does not wait.
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
