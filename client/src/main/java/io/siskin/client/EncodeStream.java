package io.siskin.client;

import io.siskin.client.internal.Connection;
import io.siskin.client.internal.StreamConnection;

/**
 * Many encodings over one stream. Made by {@link SearchClient#openEncodeStream}.
 *
 * <p>This is the way to encode a corpus: one stream, and requests of some dozens of texts each,
 * {@linkplain EncodeRequest#asBulk as bulk}, keep the model busy. The unanswered texts should fit
 * into the server's queue, which has 1,024 places for bulk texts unless it was told otherwise; see
 * {@link ClientOptions#withStreamInFlightMax}.
 */
public final class EncodeStream extends RequestStream<EncodeRequest, EncodeResult> {
  EncodeStream(Connection connection, StreamConnection<EncodeRequest, EncodeResult> stream) {
    super(connection, stream);
  }
}
