package io.siskin.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * One connection without a network: bytes go in and bytes come out, through the handlers that each
 * connection of an {@link HttpServer} has. It is for tests and for feeding damaged requests.
 *
 * <p>Its site must answer on the calling thread, as the REST endpoint does over services that
 * answer at once. Used by one thread. Does not own its site.
 */
public final class SingleConnection implements AutoCloseable {
  private static final InetSocketAddress CLIENT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  private final ByteBudget budget;
  private final EmbeddedChannel channel;

  /**
   * Opens a connection.
   *
   * @param options the limits; where to listen and TLS do not count
   * @param site answers the requests
   */
  public SingleConnection(HttpOptions options, Site site) {
    this.budget = new ByteBudget(options.limits().heldBytesMax());
    this.channel =
        new EmbeddedChannel() {
          @Override
          protected SocketAddress remoteAddress0() {
            return CLIENT;
          }
        };
    HttpPipeline.addHandlers(
        channel.pipeline(), new HttpConnection.Shared(options, site, budget, () -> false));
  }

  /**
   * Sends bytes, and returns what was answered to all bytes that were sent so far and not yet
   * returned.
   *
   * @param bytes whole requests, or parts of them
   * @return answers of HTTP/1.1; nothing while no request is complete
   * @throws RuntimeException when a handler has not dealt with a failure, which is a fault
   */
  public byte[] exchange(byte[] bytes) {
    channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    channel.runPendingTasks();
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      byte[] copy = new byte[part.readableBytes()];
      part.readBytes(copy);
      part.release();
      answers.writeBytes(copy);
    }
    return answers.toByteArray();
  }

  /** Returns how many bytes of bodies and answers are held now; none once it is closed. */
  public long heldBytes() {
    return budget.held();
  }

  /** Ends the connection, as a client does. */
  @Override
  public void close() {
    channel.finishAndReleaseAll();
  }
}
