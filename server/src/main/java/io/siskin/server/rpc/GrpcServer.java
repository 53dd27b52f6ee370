package io.siskin.server.rpc;

import io.grpc.Server;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.siskin.server.counters.AccessCounts;
import io.siskin.server.counters.BufferPoolCounts;
import io.siskin.server.counters.RpcCounts;
import io.siskin.server.rpc.gateway.GrpcRestGateway;
import io.siskin.server.rpc.gateway.RestGateway;
import io.siskin.server.rpc.observe.Observation;
import io.siskin.server.rpc.service.ServerFacts;
import io.siskin.server.rpc.transport.BufferPool;
import io.siskin.server.rpc.transport.EventLoops;
import io.siskin.server.rpc.transport.UnixSocketFile;
import io.siskin.server.tls.ReloadingTls;
import io.siskin.server.tls.TlsFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gRPC server: {@code siskin.v1}, health and reflection, on TCP, on a Unix socket, or on both.
 *
 * <p>It serves from {@link #start} on, but reports NOT_SERVING until {@link #markReady}, so that a
 * balancer sends no calls before the collections are mapped and warm. {@link #close} finishes what
 * was admitted. When it returns, no thread of this server uses its backends any more, so they can
 * be closed too.
 *
 * <p>Safe for concurrent use. Its threads are daemons; a process that should stay alive calls
 * {@link #awaitTermination}.
 */
public final class GrpcServer implements AutoCloseable {
  // How long cancelled searches get to notice, after the grace period.
  private static final Duration CANCELLATION_GRACE = Duration.ofSeconds(10);

  // How long the bytes of the last answers get once no search is open.
  private static final Duration LAST_ANSWERS = Duration.ofMillis(500);

  // Limits what a client can make the server do by opening calls and resetting them at once
  // (CVE-2023-44487). Leaves room for clients whose deadlines pass or that hedge.
  private static final int RESETS_MAX = 10_000;
  private static final int RESETS_WINDOW_SECONDS = 10;

  // All headers of a call together. A trace context, a key and a deadline take less than 1 KiB.
  private static final int HEADERS_BYTES_MAX = 16 << 10;

  // How much of a request, or of a stream's requests, may be on its way before it has been read.
  private static final int FLOW_CONTROL_WINDOW_BYTES = 1 << 20;

  // How much of one connection is read before it is the turn of the others on the same thread. With
  // Netty's 1 MiB, a flood of small frames on one connection would hold up all others for a tenth
  // of a
  // second each time.
  private static final int TURN_BYTES_MIN = 1 << 10;
  private static final int TURN_BYTES_FIRST = 4 << 10;
  private static final int TURN_BYTES_MAX = 32 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);

  private final GrpcServerOptions options;
  private final Protection protection;
  private final GrpcServices services;
  private final EventLoops loops;
  private final List<Server> listeners = new ArrayList<>();
  private final CountDownLatch terminated = new CountDownLatch(1);
  private @Nullable GrpcRestGateway gateway;
  private @Nullable Server tcp;
  private @Nullable UnixSocketFile socketFile;
  private boolean closing;

  private GrpcServer(GrpcServerOptions options, Protection protection, GrpcServices services) {
    this.options = options;
    this.protection = protection;
    this.services = services;
    this.loops = new EventLoops(options.threads().eventLoops(), services::hasAmpleWork);
  }

  /**
   * Starts a server for whoever reaches it, which says little about itself and writes nothing about
   * its calls. It owns none of what it speaks for.
   *
   * @param options where to listen and within what limits
   * @param backends what the services speak for
   * @throws IOException as of the other method of this name
   */
  public static GrpcServer start(GrpcServerOptions options, Backends backends) throws IOException {
    return start(options, backends, ServerFacts.UNKNOWN, Protection.NONE, Observation.off());
  }

  /**
   * Starts a server. It owns none of what it speaks for.
   *
   * @param options where to listen and within what limits
   * @param backends what the services speak for
   * @param facts what the server says about itself
   * @param protection who may call, and how connections are encrypted
   * @param observation is told of each call; closed by its owner, after the server
   * @throws IOException when an address cannot be listened on: port taken, socket file in use,
   *     folder missing
   * @throws UnsupportedOperationException when a Unix socket is asked for on a platform other than
   *     Linux
   */
  public static GrpcServer start(
      GrpcServerOptions options,
      Backends backends,
      ServerFacts facts,
      Protection protection,
      Observation observation)
      throws IOException {
    GrpcServer server =
        new GrpcServer(
            options,
            protection,
            new GrpcServices(options, backends, facts, protection, observation));
    try {
      server.listen();
      return server;
    } catch (IOException | UnsupportedOperationException e) {
      server.shutdown(Duration.ZERO);
      throw e;
    }
  }

  /** Reports SERVING from now on: to be called when the collections are mapped and warm. */
  public void markReady() {
    services.setServing(true);
  }

  /**
   * Reports the health of one collection from now on, under the service name {@code
   * collections/NAME}.
   *
   * @param collection the collection's name
   * @param serving whether searches of it are welcome
   */
  public void setServing(String collection, boolean serving) {
    services.setServing(collection, serving);
  }

  /**
   * Reports nothing of a collection any more, because it is gone.
   *
   * @param collection the collection's name
   */
  public void clearServing(String collection) {
    services.clearServing(collection);
  }

  /** Returns whether calls are welcome. Safe to ask at any time. */
  public Readiness readiness() {
    return services.readiness();
  }

  /** Returns the way to the services for those who speak HTTP. It ends with this server. */
  public RestGateway gateway() {
    return Objects.requireNonNull(gateway, "there from the start on");
  }

  /** Returns what was done so far. */
  public RpcCounts counts() {
    return services.counts();
  }

  /** Returns what was refused for who asked, and how the keys are. */
  public AccessCounts accessCounts() {
    return services.accessCounts();
  }

  /**
   * Judges who asks for a page that tells about all collections, with the keys, counts and limits
   * of calls.
   *
   * @param page the page, as the log shall name it
   * @param client where the request comes from
   * @param authorization the header {@code authorization}; null if it was not sent
   * @param apiKey the header {@code x-api-key}; null if it was not sent
   * @throws io.siskin.server.access.UnauthenticatedException when a key is needed and none is valid
   * @throws io.siskin.server.access.TooManyAttemptsException the same, when too many attempts of
   *     the address have failed
   * @throws io.siskin.server.access.AccessDeniedException when the key does not allow to read all
   *     collections
   */
  public void checkPage(
      String page,
      InetSocketAddress client,
      @Nullable String authorization,
      @Nullable String apiKey) {
    services.checkPage(page, client, authorization, apiKey);
  }

  /** Returns what the connections' buffers take. */
  public static BufferPoolCounts buffers() {
    return BufferPool.counts();
  }

  /**
   * Tells whether searches wait for a thread, so that bulk work shall give way. Cheap enough to be
   * asked often.
   */
  public boolean hasWaitingSearches() {
    return services.hasWaitingSearches();
  }

  /** Returns the TCP port that is listened on, or {@link GrpcServerOptions#NO_TCP}. */
  public int port() {
    return tcp == null ? GrpcServerOptions.NO_TCP : tcp.getPort();
  }

  /** Returns the Unix socket that is listened on, or null. */
  public @Nullable Path unixSocket() {
    return socketFile == null ? null : socketFile.path();
  }

  /**
   * Waits until the server has been closed by another thread.
   *
   * @throws InterruptedException when this thread is interrupted first
   */
  public void awaitTermination() throws InterruptedException {
    terminated.await();
  }

  /** Shuts down with the grace period of the options. Does nothing the second time. */
  @Override
  public void close() {
    if (!shutdown(options.shutdown().grace())) {
      LOG.warn("searches were still running when the server gave up waiting for them");
    }
  }

  /**
   * Shuts down: reports NOT_SERVING, takes no new calls, lets the admitted ones and the open
   * streams end, cancels those that have not ended within the grace period, and releases threads,
   * port and socket file.
   *
   * @param grace how long admitted calls may take
   * @return whether no search is running any more; if not, the backends must not be torn down yet
   */
  public synchronized boolean shutdown(Duration grace) {
    if (closing) {
      return services.close(Duration.ZERO);
    }
    closing = true;
    services.enterTerminalState();
    // Calls still come until balancers have noticed, so they are refused only after the delay.
    boolean interrupted =
        !pause(listeners.isEmpty() ? Duration.ZERO : options.shutdown().drainDelay());
    listeners.forEach(Server::shutdown);
    services.drainStreams();
    long deadline = System.nanoTime() + grace.toNanos();
    if (!interrupted) {
      awaitNoCalls(deadline);
    }
    // What is still open is out of time, or a health watch, which never ends by itself.
    listeners.forEach(Server::shutdownNow);
    boolean quiet = services.close(CANCELLATION_GRACE);
    if (gateway != null) {
      gateway.close();
    }
    awaitListeners(System.nanoTime() + CANCELLATION_GRACE.toNanos());
    loops.close();
    releaseSocketFile();
    terminated.countDown();
    return quiet;
  }

  private void listen() throws IOException {
    listenForGateway();
    GrpcServerOptions.Listening listening = options.listening();
    if (listening.port() != GrpcServerOptions.NO_TCP) {
      tcp = listenOnTcp(listening);
    }
    if (listening.unixSocket() != null) {
      listenOnUnixSocket(listening.unixSocket());
    }
  }

  /** For calls from within the process: those that come over HTTP. */
  private void listenForGateway() throws IOException {
    String name = GrpcRestGateway.newName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    services.addTo(builder);
    GrpcRestGateway.intercept(builder);
    Server listener = builder.build();
    listener.start();
    listeners.add(listener);
    gateway = services.gateway(name, options);
  }

  private Server listenOnTcp(GrpcServerOptions.Listening listening) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(listening.host(), listening.port()))
            .channelFactory(services.gate().listeners(loops.tcpChannel()));
    if (protection.tls() != null) {
      builder.sslContext(sslContext(protection.tls()));
    }
    if (!options.keepAlive().ageMax().isZero()) {
      builder
          .maxConnectionAge(options.keepAlive().ageMax().toNanos(), TimeUnit.NANOSECONDS)
          .maxConnectionAgeGrace(options.keepAlive().ageGrace().toNanos(), TimeUnit.NANOSECONDS);
    }
    return listen(builder);
  }

  /** The certificate is asked for at each handshake, so that a new one needs no new context. */
  private static SslContext sslContext(ReloadingTls tls) throws SSLException {
    SslContextBuilder builder =
        GrpcSslContexts.configure(SslContextBuilder.forServer(tls.keyManager()))
            .protocols(ReloadingTls.PROTOCOLS);
    if (tls.clients() != TlsFiles.Clients.NONE) {
      builder
          .trustManager(tls.trustManager())
          .clientAuth(
              tls.clients() == TlsFiles.Clients.REQUIRED
                  ? ClientAuth.REQUIRE
                  : ClientAuth.OPTIONAL);
    }
    return builder.build();
  }

  private void listenOnUnixSocket(Path path) throws IOException {
    Class<? extends io.grpc.netty.shaded.io.netty.channel.ServerChannel> channel =
        loops.unixChannel();
    socketFile = UnixSocketFile.reserve(path);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new DomainSocketAddress(path.toFile()))
            .channelFactory(services.gate().listeners(channel))
            // gRPC sets it on every connection; Unix sockets do not have it and Netty would warn
            // each time.
            .withChildOption(ChannelOption.SO_KEEPALIVE, null);
    listen(builder);
    socketFile.restrictTo(options.listening().unixSocketPermissions());
  }

  private Server listen(NettyServerBuilder builder) throws IOException {
    builder
        .bossEventLoopGroup(loops.group())
        .workerEventLoopGroup(loops.group())
        .maxInboundMessageSize(options.limits().requestBytesMax())
        // The window is fixed: for a growing one, gRPC would send a ping with nearly every
        // request.
        .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
        .maxConcurrentCallsPerConnection(options.limits().callsPerConnectionMax())
        .maxInboundMetadataSize(HEADERS_BYTES_MAX)
        .handshakeTimeout(options.connections().handshakeMax().toNanos(), TimeUnit.NANOSECONDS)
        .maxRstFramesPerWindow(RESETS_MAX, RESETS_WINDOW_SECONDS)
        .keepAliveTime(options.keepAlive().interval().toNanos(), TimeUnit.NANOSECONDS)
        .keepAliveTimeout(options.keepAlive().timeout().toNanos(), TimeUnit.NANOSECONDS)
        .permitKeepAliveTime(
            options.keepAlive().clientIntervalMin().toNanos(), TimeUnit.NANOSECONDS)
        // Clients keep idle connections open on purpose, so that the next search need not
        // connect.
        .permitKeepAliveWithoutCalls(true);
    builder.withChildOption(ChannelOption.ALLOCATOR, BufferPool.allocator());
    builder.withChildOption(
        ChannelOption.RECVBUF_ALLOCATOR,
        new AdaptiveRecvByteBufAllocator(TURN_BYTES_MIN, TURN_BYTES_FIRST, TURN_BYTES_MAX)
            .maxMessagesPerRead(1));
    if (!options.connections().idleMax().isZero()) {
      builder.maxConnectionIdle(options.connections().idleMax().toNanos(), TimeUnit.NANOSECONDS);
    }
    services.addTo(builder);
    Server listener = builder.build();
    listener.start();
    listeners.add(listener);
    return listener;
  }

  private void awaitNoCalls(long deadlineNanoTime) {
    try {
      if (services.awaitNoCalls(deadlineNanoTime)) {
        // The last answers are on their way; a listener without calls ends at once.
        awaitListeners(System.nanoTime() + LAST_ANSWERS.toNanos());
      }
    } catch (InterruptedException e) {
      // The one who interrupts a shutdown wants it to be quick.
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitListeners(long deadlineNanoTime) {
    try {
      for (Server listener : listeners) {
        if (!listener.awaitTermination(
            deadlineNanoTime - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          return false;
        }
      }
      return true;
    } catch (InterruptedException e) {
      // The one who interrupts a shutdown wants it to be quick.
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean pause(Duration duration) {
    try {
      Thread.sleep(duration);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void releaseSocketFile() {
    try {
      if (socketFile != null) {
        socketFile.close();
      }
    } catch (IOException e) {
      LOG.warn("{} could not be deleted", options.listening().unixSocket(), e);
    }
  }
}
