package io.siskin.client;

import io.siskin.client.internal.Connection;
import io.siskin.client.internal.StreamConnection;

/** Many searches over one stream. Made by {@link SearchClient#openStream}. */
public final class SearchStream extends RequestStream<SearchRequest, SearchResult> {
  SearchStream(Connection connection, StreamConnection<SearchRequest, SearchResult> stream) {
    super(connection, stream);
  }
}
