package io.siskin.server.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocatorMetric;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.siskin.server.counters.BufferPoolCounts;
import io.siskin.server.counters.HttpCounts;
import io.siskin.server.tls.ReloadingTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Listens for HTTP/1.1 and lets a {@link Site} answer. Safe for concurrent use. Owns its threads,
 * which are daemons, and its site.
 */
public final class HttpServer implements AutoCloseable {
  private static final int BACKLOG = 256;

  // Reads at most so much of a connection at a time; so this bounds what has been read and not yet
  // been asked for when the reading stops.
  private static final int READ_BYTES_MIN = 512;
  private static final int READ_BYTES_FIRST = 4 << 10;
  private static final int READ_BYTES_MAX = 32 << 10;

  // One for all, and one that can be asked what it has.
  private static final PooledByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

  private final Site site;
  private final EventLoopGroup loops;
  private final ConnectionLimit limit;
  private final ByteBudget budget;
  private final @Nullable TlsContext tls;
  private final Set<Channel> open = ConcurrentHashMap.newKeySet();
  private @Nullable Channel listener;
  private volatile boolean draining;

  private HttpServer(HttpOptions options, Site site) throws IOException {
    this.site = site;
    this.limit =
        new ConnectionLimit(
            options.limits().connectionsMax(), options.limits().connectionsPerAddressMax());
    this.budget = new ByteBudget(options.limits().heldBytesMax());
    ReloadingTls certificate = options.listening().tls();
    this.tls = certificate == null ? null : new TlsContext(certificate);
    this.loops =
        new MultiThreadIoEventLoopGroup(
            options.listening().threads(),
            new DefaultThreadFactory("siskin-http", true),
            NioIoHandler.newFactory());
  }

  /**
   * Starts a server.
   *
   * @param options where to listen and within what limits
   * @param site answers the requests; closed with the server
   * @throws IOException when the address cannot be listened on, or the certificate cannot be read
   */
  public static HttpServer start(HttpOptions options, Site site) throws IOException {
    HttpServer server = new HttpServer(options, site);
    try {
      server.listen(options);
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private void listen(HttpOptions options) throws IOException {
    HttpConnection.Shared shared =
        new HttpConnection.Shared(options, site, budget, () -> draining || site.isDraining());
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            // Netty's default, the adaptive one, does not tell how much of its memory is in use.
            .childOption(ChannelOption.ALLOCATOR, ALLOCATOR)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(READ_BYTES_MIN, READ_BYTES_FIRST, READ_BYTES_MAX))
            .childHandler(new HttpPipeline(shared, limit, open, tls))
            .bind(new InetSocketAddress(options.listening().host(), options.listening().port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          options.listening().host() + " cannot be listened on: " + bound.cause().getMessage(),
          bound.cause());
    }
    listener = bound.channel();
  }

  /** Returns the port that is listened on. */
  public int port() {
    return listener == null ? 0 : ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Returns what the buffers of all HTTP servers of this process take now. */
  public static BufferPoolCounts buffers() {
    PooledByteBufAllocatorMetric metric = ALLOCATOR.metric();
    // What Netty calls used is what it has from the system.
    return new BufferPoolCounts(
        activeBytes(metric.directArenas()) + activeBytes(metric.heapArenas()),
        metric.usedDirectMemory() + metric.usedHeapMemory());
  }

  private static long activeBytes(List<PoolArenaMetric> arenas) {
    long bytes = 0;
    for (PoolArenaMetric arena : arenas) {
      bytes += Math.max(arena.numActiveBytes(), 0);
    }
    return bytes;
  }

  /** Returns what the server holds, and which connections it has refused. */
  public HttpCounts counts() {
    return new HttpCounts(
        limit.openCount(),
        limit.refusedOverTotal(),
        limit.refusedOverAddress(),
        budget.held(),
        budget.max());
  }

  /**
   * Ends: takes no new connections, closes those on which nothing is being answered, and waits for
   * the others, which end with their answers.
   *
   * @param grace how long it waits; what is open then is closed
   */
  public void shutdown(Duration grace) {
    draining = true;
    if (listener != null) {
      listener.close().awaitUninterruptibly();
    }
    for (Channel channel : open) {
      HttpConnection connection = channel.pipeline().get(HttpConnection.class);
      if (connection != null) {
        channel.eventLoop().execute(connection::drain);
      }
    }
    awaitNone(System.nanoTime() + grace.toNanos());
    for (Channel channel : open) {
      var _ = channel.close();
    }
    site.close();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  private void awaitNone(long deadlineNanoTime) {
    for (Channel channel : open) {
      long left = deadlineNanoTime - System.nanoTime();
      if (left <= 0 || !channel.closeFuture().awaitUninterruptibly(left, TimeUnit.NANOSECONDS)) {
        return;
      }
    }
  }

  /** Ends at once; answers that are on their way are given up. */
  @Override
  public void close() {
    shutdown(Duration.ZERO);
  }
}
