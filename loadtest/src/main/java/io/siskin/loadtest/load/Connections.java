package io.siskin.loadtest.load;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Connections to one server, with few threads that read all answers. Owns them; close it. Safe for
 * concurrent use.
 */
final class Connections implements AutoCloseable {
  private static final int FLOW_CONTROL_WINDOW_BYTES = 4 << 20;
  private static final int RESPONSE_BYTES_MAX = 64 << 20;
  private static final int CLOSE_SECONDS = 5;

  private final EventLoopGroup loop;
  private final List<ManagedChannel> owned = new ArrayList<>();
  private final List<Channel> channels = new ArrayList<>();

  /**
   * Makes connections, which are opened by their first calls.
   *
   * @param target host and port
   * @param count how many
   * @param headers sent with each call
   */
  Connections(String target, int count, Metadata headers) {
    boolean isEpoll = Epoll.isAvailable();
    IoHandlerFactory factory = isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    int threads = Math.max(1, Math.min(count, Runtime.getRuntime().availableProcessors() / 2));
    loop = new MultiThreadIoEventLoopGroup(threads, factory);
    for (int i = 0; i < count; i++) {
      ManagedChannel channel =
          NettyChannelBuilder.forTarget(target)
              .eventLoopGroup(loop)
              .channelType(isEpoll ? EpollSocketChannel.class : NioSocketChannel.class)
              .usePlaintext()
              .directExecutor()
              .disableRetry()
              .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
              .maxInboundMessageSize(RESPONSE_BYTES_MAX)
              .build();
      owned.add(channel);
      channels.add(
          headers.keys().isEmpty()
              ? channel
              : ClientInterceptors.intercept(
                  channel, MetadataUtils.newAttachHeadersInterceptor(headers)));
    }
  }

  /** Returns the connections. */
  List<Channel> channels() {
    return channels;
  }

  /** Breaks the connections, and waits a short time for the threads to end. */
  @Override
  public void close() {
    owned.forEach(ManagedChannel::shutdownNow);
    var _ =
        loop.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
            .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
