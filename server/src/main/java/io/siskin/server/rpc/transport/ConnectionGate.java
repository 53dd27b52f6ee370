package io.siskin.server.rpc.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFactory;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ReflectiveChannelFactory;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the number of connections, in all and by address, and closes those that do not begin to
 * speak. A connection over a bound is closed at once, before anything is read of it.
 *
 * <p>A client of HTTP/2 speaks first, and sends at least {@value #FIRST_BYTES} bytes. gRPC itself
 * waits for these for ever on a connection without TLS. Later silence is found by its pings.
 *
 * <p>Shared by the listeners of one server. Safe for concurrent use.
 */
public final class ConnectionGate {
  /** The preface of HTTP/2 has 24 bytes, and the frame of settings after it 9 or more. */
  static final int FIRST_BYTES = 33;

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionGate.class);

  private final int totalMax;
  private final int perAddressMax;
  private final long firstBytesNanosMax;
  private final AtomicLong open = new AtomicLong();
  private final ConcurrentMap<String, Integer> byAddress = new ConcurrentHashMap<>();
  private final LongAdder overTotal = new LongAdder();
  private final LongAdder overAddress = new LongAdder();
  private final LongAdder silent = new LongAdder();
  private final LineLimit lines = new LineLimit(TimeUnit.SECONDS.toNanos(10), System::nanoTime);

  /**
   * Makes a gate.
   *
   * @param totalMax how many connections may be open, 1 or more
   * @param perAddressMax how many of them from one address of IPv4 or one network of IPv6, 1 or
   *     more. Connections on a Unix socket have no address
   * @param firstBytesNanosMax how long a connection may take to begin, in nanoseconds
   */
  public ConnectionGate(int totalMax, int perAddressMax, long firstBytesNanosMax) {
    this.totalMax = totalMax;
    this.perAddressMax = perAddressMax;
    this.firstBytesNanosMax = firstBytesNanosMax;
  }

  /**
   * Returns what makes listeners whose connections pass this gate.
   *
   * @param kind the kind of channel that listens
   */
  public ChannelFactory<ServerChannel> listeners(Class<? extends ServerChannel> kind) {
    ReflectiveChannelFactory<ServerChannel> factory = new ReflectiveChannelFactory<>(kind);
    return () -> {
      ServerChannel listener = factory.newChannel();
      // Before the handler that gives accepted connections to the event loops.
      listener.pipeline().addFirst(new Acceptor());
      return listener;
    };
  }

  /** Returns how many connections are open now. */
  public long open() {
    return open.get();
  }

  /** Returns how many connections were refused because too many were open. */
  public long overTotal() {
    return overTotal.sum();
  }

  /** Returns how many connections were refused because too many of their address were open. */
  public long overAddress() {
    return overAddress.sum();
  }

  /** Returns how many connections were closed because they did not begin to speak. */
  public long silent() {
    return silent.sum();
  }

  /** Counts a connection in; false when it is one too many. */
  private boolean enter(@Nullable String address) {
    if (open.incrementAndGet() > totalMax) {
      open.decrementAndGet();
      overTotal.increment();
      return false;
    }
    if (address == null || byAddress.merge(address, 1, Integer::sum) <= perAddressMax) {
      return true;
    }
    overAddress.increment();
    leave(address);
    return false;
  }

  private void leave(@Nullable String address) {
    open.decrementAndGet();
    if (address != null) {
      byAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
    }
  }

  private void log(@Nullable String address) {
    long heldBack = lines.take();
    if (heldBack != LineLimit.HELD_BACK) {
      LOG.warn(
          "a connection from {} was refused: {} are open, at most {} may be, and {} of one address"
              + " ({} more since the last such line)",
          address == null ? "a Unix socket" : address,
          open.get(),
          totalMax,
          perAddressMax,
          heldBack);
    }
  }

  /** Sees each connection that a listener has accepted. */
  private final class Acceptor extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      Channel connection = (Channel) message;
      String address =
          connection.remoteAddress() instanceof InetSocketAddress internet
                  && internet.getAddress() != null
              ? CallerIds.ofAddress(internet.getAddress())
              : null;
      if (!enter(address)) {
        log(address);
        connection.unsafe().closeForcibly();
        return;
      }
      ChannelFuture _ = connection.closeFuture().addListener(_ -> leave(address));
      connection.pipeline().addLast(new Beginning());
      context.fireChannelRead(connection);
    }
  }

  /** Waits for the first bytes of a connection. */
  private final class Beginning extends ChannelInboundHandlerAdapter {
    private long receivedBytes;
    private @Nullable Future<?> end;

    @Override
    public void channelActive(ChannelHandlerContext context) {
      end =
          context
              .executor()
              .schedule(() -> closeSilent(context), firstBytesNanosMax, TimeUnit.NANOSECONDS);
      context.fireChannelActive();
    }

    private void closeSilent(ChannelHandlerContext context) {
      silent.increment();
      context.channel().unsafe().close(context.channel().voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      receivedBytes += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
      if (receivedBytes >= FIRST_BYTES) {
        stopWaiting();
        context.pipeline().remove(this);
      }
      context.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      stopWaiting();
      context.fireChannelInactive();
    }

    private void stopWaiting() {
      if (end != null) {
        end.cancel(false);
      }
    }
  }
}
