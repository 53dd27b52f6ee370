package io.siskin.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the handlers of each new connection together, and counts the connections. Safe for
 * concurrent use.
 */
final class HttpPipeline extends ChannelInitializer<SocketChannel> {
  /** Answers that are shorter are not packed: it would hardly make them shorter. */
  private static final int PACKED_BYTES_MIN = 1_024;

  private static final int LINE_BYTES_MAX = 8 << 10;
  private static final int CHUNK_BYTES_MAX = 8 << 10;
  private static final byte[] TOO_MANY =
      """
      HTTP/1.1 503 Service Unavailable\r
      Connection: close\r
      Retry-After: 1\r
      Content-Length: 0\r
      \r
      """
          .getBytes(StandardCharsets.US_ASCII);

  private final HttpConnection.Shared shared;
  private final ConnectionLimit limit;
  private final Set<Channel> open;
  private final @Nullable TlsContext tls;

  /**
   * Creates the initializer.
   *
   * @param shared what connections share
   * @param limit counts them
   * @param open takes those that are open
   * @param tls the certificate, null for plain text
   */
  HttpPipeline(
      HttpConnection.Shared shared,
      ConnectionLimit limit,
      Set<Channel> open,
      @Nullable TlsContext tls) {
    this.shared = shared;
    this.limit = limit;
    this.open = open;
    this.tls = tls;
  }

  @Override
  protected void initChannel(SocketChannel channel) {
    InetAddress address = channel.remoteAddress().getAddress();
    if (!limit.open(address)) {
      refuse(channel);
      return;
    }
    open.add(channel);
    channel
        .closeFuture()
        .addListener(
            _ -> {
              open.remove(channel);
              limit.close(address);
            });
    ChannelPipeline pipeline = channel.pipeline();
    if (tls != null) {
      pipeline.addLast(new PlainTextRefusal(), tls.newHandler(channel.alloc()));
    }
    addHandlers(pipeline, shared);
  }

  /**
   * Adds what every connection has, behind TLS.
   *
   * @param pipeline the connection's pipeline
   * @param shared what connections share
   */
  static void addHandlers(ChannelPipeline pipeline, HttpConnection.Shared shared) {
    HttpOptions.Limits limits = shared.options().limits();
    HttpConnection connection = new HttpConnection(shared);
    pipeline.addLast(
        new Arrivals(connection),
        new HttpServerCodec(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(Math.min(LINE_BYTES_MAX, limits.headBytesMax()))
                .setMaxHeaderSize(limits.headBytesMax())
                .setMaxChunkSize(CHUNK_BYTES_MAX)),
        new HttpContentCompressor(
            PACKED_BYTES_MIN, StandardCompressionOptions.gzip(), StandardCompressionOptions.zstd()),
        new Unpacking(shared.budget()),
        connection);
  }

  private void refuse(SocketChannel channel) {
    if (tls == null) {
      channel
          .writeAndFlush(Unpooled.wrappedBuffer(TOO_MANY))
          .addListener(ChannelFutureListener.CLOSE);
    } else {
      var _ = channel.close();
    }
  }

  /** Tells a connection about bytes before they are decoded. */
  static final class Arrivals extends ChannelInboundHandlerAdapter {
    private final HttpConnection connection;

    Arrivals(HttpConnection connection) {
      this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      if (connection.bytesArrive()) {
        ctx.fireChannelRead(bytes);
      } else {
        ReferenceCountUtil.release(bytes);
      }
    }
  }
}
