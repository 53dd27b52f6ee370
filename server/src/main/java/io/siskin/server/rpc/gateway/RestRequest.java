package io.siskin.server.rpc.gateway;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was sent over HTTP, for {@link RestGateway#call}. Immutable; the body is not copied and must
 * not be changed any more.
 *
 * @param query the parameters after the {@code ?}, decoded, in the order in which they came
 * @param body the body; empty for none
 * @param metadata headers that the services read, by their names in lower case: those of {@link
 *     RestGateway#METADATA_NAMES}, others are left out
 * @param timeout how long the answer may take, above 0; null for no limit
 * @param client where the request came from
 */
public record RestRequest(
    List<Map.Entry<String, String>> query,
    byte[] body,
    Map<String, String> metadata,
    @Nullable Duration timeout,
    InetSocketAddress client) {
  /** Keeps what was given. */
  public RestRequest {
    query = List.copyOf(query);
    metadata = Map.copyOf(metadata);
  }
}
