package io.siskin.server.rpc.transport;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.SelectStrategyFactory;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The network threads, which also run small searches: epoll on Linux, NIO elsewhere (TCP only).
 * Shared by the listeners of one server. Safe for concurrent use.
 */
public final class EventLoops {
  private final EventLoopGroup group;

  /**
   * Starts the threads as they are needed.
   *
   * @param threads how many, 1 or more
   * @param noHurry tells whether what arrives may wait for a moment ({@link PacedSelect}); asked
   *     often, so it must be cheap
   */
  public EventLoops(int threads, BooleanSupplier noHurry) {
    ThreadFactory factory = new DefaultThreadFactory("siskin-rpc", true);
    SelectStrategyFactory selects = () -> new PacedSelect(noHurry);
    this.group =
        new MultiThreadIoEventLoopGroup(
            threads,
            factory,
            Epoll.isAvailable()
                ? EpollIoHandler.newFactory(0, selects)
                : NioIoHandler.newFactory(SelectorProvider.provider(), selects));
  }

  /** Returns the threads. */
  public EventLoopGroup group() {
    return group;
  }

  /** Returns the kind of channel that listens on TCP. */
  public Class<? extends ServerChannel> tcpChannel() {
    return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /**
   * Returns the kind of channel that listens on a Unix socket.
   *
   * @throws UnsupportedOperationException when this platform has none
   */
  public Class<? extends ServerChannel> unixChannel() {
    if (!Epoll.isAvailable()) {
      throw new UnsupportedOperationException(
          "Unix sockets need Linux with epoll; serve TCP instead", Epoll.unavailabilityCause());
    }
    return EpollServerDomainSocketChannel.class;
  }

  /** Ends the threads; to be called once the listeners have ended. */
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
  }
}
