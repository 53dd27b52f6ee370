package io.siskin.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/**
 * Tells a client that speaks plain HTTP to a port with TLS what is wrong, and ends its connection.
 * Without it, the client would only see that the connection ends. It stands before the handler of
 * TLS until the first byte has come.
 */
final class PlainTextRefusal extends ChannelInboundHandlerAdapter {
  /** Every connection of TLS begins with a record of this type. */
  private static final int HANDSHAKE_RECORD = 22;

  private static final byte[] ANSWER =
      """
      HTTP/1.1 400 Bad Request\r
      Content-Type: text/plain; charset=utf-8\r
      Connection: close\r
      Content-Length: 55\r
      \r
      this port takes encrypted connections only: use https:\n\
      """
          .getBytes(StandardCharsets.US_ASCII);

  private boolean hasRefused;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (!hasRefused && bytes.getUnsignedByte(bytes.readerIndex()) == HANDSHAKE_RECORD) {
      ctx.pipeline().remove(this);
      ctx.fireChannelRead(bytes);
      return;
    }
    ReferenceCountUtil.release(bytes);
    if (!hasRefused) {
      hasRefused = true;
      ctx.writeAndFlush(Unpooled.wrappedBuffer(ANSWER)).addListener(ChannelFutureListener.CLOSE);
    }
  }
}
