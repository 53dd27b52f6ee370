package io.siskin.client;

import io.siskin.client.internal.Connection;
import io.siskin.client.internal.StreamConnection;
import java.util.concurrent.CompletableFuture;

/**
 * Many encodings over one stream: submitted without waiting, answered in any order, each failing
 * for itself. The way to encode a corpus: one stream with requests of some dozens of texts each,
 * {@linkplain EncodeRequest#asBulk as bulk}, goes as fast as the model does. What is unanswered
 * should fit into the server's queue, which has 1,024 places for bulk texts unless told otherwise;
 * see {@link ClientOptions#withStreamInFlightMax}.
 *
 * <p>When the stream itself breaks, because the server went away or shuts down, every unanswered
 * request fails with the reason, and so does every later one: open another stream. Safe for
 * concurrent use.
 */
public final class EncodeStream implements AutoCloseable {
  private final Connection connection;
  private final StreamConnection<EncodeRequest, EncodeResult> stream;

  EncodeStream(Connection connection, StreamConnection<EncodeRequest, EncodeResult> stream) {
    this.connection = connection;
    this.stream = stream;
  }

  /**
   * Submits texts. Waits while {@link ClientOptions#streamInFlightMax} requests are unanswered,
   * which is what keeps a fast reader from running ahead of the model.
   *
   * @param request the texts; its deadline counts from its arrival at the server
   * @return the answer to come, completed on the client's network thread; a server that is busy
   *     fails it with {@link SearchException.Exhausted}, whose delay says when to submit it again.
   *     Cancelling it does not give up the texts, see {@link #cancel}
   * @throws IllegalStateException when called after {@link #close} or on the client's network
   *     thread
   * @throws SearchException.Cancelled when this thread is interrupted while it waits
   */
  public CompletableFuture<EncodeResult> submit(EncodeRequest request) {
    connection.checkMayBlock();
    return stream.submit(request);
  }

  /**
   * Ends the stream at once and gives up what is unanswered: those futures fail with {@link
   * SearchException.Cancelled}, and the server drops texts that it has not begun to encode. Does
   * not wait.
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
