package io.siskin.client;

import io.siskin.client.internal.Connection;
import io.siskin.client.internal.StreamConnection;
import java.util.List;

/**
 * Many batches of documents over one stream, each of 1 to 10,000 documents. They are written in the
 * order in which they are submitted by one thread. Made by {@link DocumentsClient#openStream}.
 */
public final class UpsertStream extends RequestStream<List<Document>, List<WriteResult>> {
  UpsertStream(Connection connection, StreamConnection<List<Document>, List<WriteResult>> stream) {
    super(connection, stream);
  }
}
