package io.siskin.client;

import io.siskin.client.internal.Connection;
import io.siskin.client.internal.ServerCalls;
import java.util.List;

/**
 * Asks about the server itself. Made by {@link SearchClient#serverClient}.
 *
 * <p>Immutable; safe for concurrent use, and bound to the client that made it.
 */
public final class ServerClient {
  private final Connection connection;
  private final ServerCalls calls;

  ServerClient(Connection connection, ServerCalls calls) {
    this.connection = connection;
    this.calls = calls;
  }

  /** Returns what the server is. */
  public ServerInfo server() {
    return connection.await(calls.server());
  }

  /** Returns what the caller may do. */
  public CallerInfo caller() {
    return connection.await(calls.caller());
  }

  /**
   * Returns slow searches that the server remembers, the latest first. Only those of collections
   * that the caller may read are among them.
   *
   * @param collection only those of this collection, as their requests named it; empty for all
   * @param countMax how many at most, 1 to 1,000
   */
  public List<SlowQuery> slowQueries(String collection, int countMax) {
    return connection.await(calls.slowQueries(collection, countMax));
  }
}
