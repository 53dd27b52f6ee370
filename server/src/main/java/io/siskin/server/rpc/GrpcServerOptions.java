package io.siskin.server.rpc;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.rpc.admission.RateLimits;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be chosen about a {@link GrpcServer}, in groups that check their own ranges.
 * Immutable; starts from the defaults in {@link #builder}.
 *
 * @param listening where the server listens, and how
 * @param threads which threads work, and how many searches wait for them
 * @param limits how large messages, connections and streams may become
 * @param keepAlive how connections are probed and aged
 * @param connections how many connections there may be, and what they may leave undone
 * @param rates how much each caller may ask for. Default: no limits
 * @param retryDelay how long a client that was refused for overload is told to wait before it tries
 *     again; 1 ms or more. Default: 50 ms
 * @param shutdown how the server ends
 */
public record GrpcServerOptions(
    Listening listening,
    Threads threads,
    Limits limits,
    KeepAlive keepAlive,
    Connections connections,
    RateLimits rates,
    Duration retryDelay,
    Shutdown shutdown) {
  /** The {@link Listening#port} of a server that listens on its Unix socket only. */
  public static final int NO_TCP = -1;

  private static final int CORES = Runtime.getRuntime().availableProcessors();

  /** Checks the range. */
  public GrpcServerOptions {
    checkAtLeast("retry delay", retryDelay, Duration.ofMillis(1));
  }

  /**
   * Where a server listens.
   *
   * @param host the address for TCP, a name or a number; {@code 0.0.0.0} for all interfaces.
   *     Default: the loopback interface, because without further set-up there is neither encryption
   *     nor a check of who calls
   * @param port the TCP port, 1 to 65,535; 0 for any free one, {@link #NO_TCP} for none. Default:
   *     7700
   * @param unixSocket the path of a Unix socket, at most 107 bytes, in an existing folder; null for
   *     none, which is the default. Linux only
   * @param unixSocketPermissions who may connect to the Unix socket. Default: owner and group,
   *     {@code rw-rw----}
   * @param tls the certificate for TCP; null for plain text, which is the default. Unix sockets are
   *     always plain
   */
  public record Listening(
      String host,
      int port,
      @Nullable Path unixSocket,
      Set<PosixFilePermission> unixSocketPermissions,
      @Nullable Tls tls) {
    static final Listening DEFAULTS =
        new Listening("127.0.0.1", 7700, null, PosixFilePermissions.fromString("rw-rw----"), null);

    /** Checks the ranges, and that there is something to listen on. */
    public Listening {
      checkRange("port", port, NO_TCP, 65_535);
      if (port == NO_TCP && unixSocket == null) {
        throw new InvalidInputException("port", "none", "a TCP port, a Unix socket or both");
      }
      unixSocketPermissions = Set.copyOf(unixSocketPermissions);
    }
  }

  /**
   * A certificate, as files in PEM.
   *
   * @param certificateChain the server's certificate, followed by those that vouch for it
   * @param privateKey its key, unencrypted, in PKCS #8
   */
  public record Tls(Path certificateChain, Path privateKey) {}

  /**
   * Which threads work, and how many searches wait for them.
   *
   * @param eventLoops network threads, which also run small searches; a connection stays on one of
   *     them. 1 to 1,024. Default: the number of cores
   * @param searches threads for the other searches, 1 to 1,024. Default: the number of cores, since
   *     searches do not wait for anything. Raising it makes searches share cores, which lengthens
   *     each
   * @param searchQueueCapacity how many searches may wait for a search thread; one more is refused
   *     with RESOURCE_EXHAUSTED. 1 to 1,000,000. Default: 64 per core. Raising it turns refusals
   *     into latency
   * @param inlinePostingsMax the largest estimated work that still runs on a network thread:
   *     postings, about a nanosecond each; 0 sends every search to the search threads. Default:
   *     50,000, about twice what the way to another thread and back costs (20 µs). Raising it saves
   *     that way for more searches, and makes other calls of the same connection wait longer
   */
  public record Threads(
      int eventLoops, int searches, int searchQueueCapacity, long inlinePostingsMax) {
    static final Threads DEFAULTS = new Threads(CORES, CORES, 64 * CORES, 50_000);

    /** Checks the ranges. */
    public Threads {
      checkRange("event loop threads", eventLoops, 1, 1_024);
      checkRange("search threads", searches, 1, 1_024);
      checkRange("search queue capacity", searchQueueCapacity, 1, 1_000_000);
      checkRange("inline postings max", inlinePostingsMax, 0, Long.MAX_VALUE);
    }
  }

  /**
   * How large messages, connections and streams may become.
   *
   * @param requestBytesMax the longest request, 1 KiB to 1 GiB. Default: 4 MiB, several times the
   *     largest query that is in range
   * @param responseBytesMax the longest response, 1 KiB to 1 GiB; a call with a longer one ends
   *     with RESOURCE_EXHAUSTED. Default: 64 MiB. Clients have a limit of their own, often 4 MiB
   * @param callsPerConnectionMax how many calls one connection may have open at a time; the
   *     client's library holds back further ones. So this bounds what a connection may have sent
   *     that the server has not read. 1 to 1,000,000. Default: twice as many as the search threads
   *     and their queue take, but 128 to 1,024. Raising it lets more calls of one client wait at an
   *     overloaded server, and makes the refusals come later
   * @param streamInFlightMax how many requests of one stream may be unanswered before the server
   *     stops reading the stream, 1 to 100,000. Default: 64. Raising it lets one stream take more
   *     of the queue
   */
  public record Limits(
      int requestBytesMax, int responseBytesMax, int callsPerConnectionMax, int streamInFlightMax) {
    static final Limits DEFAULTS = new Limits(4 << 20, 64 << 20, 1_024, 64);

    /** Checks the ranges. */
    public Limits {
      checkRange("request bytes max", requestBytesMax, 1 << 10, 1 << 30);
      checkRange("response bytes max", responseBytesMax, 1 << 10, 1 << 30);
      checkRange("calls per connection max", callsPerConnectionMax, 1, 1_000_000);
      checkRange("stream in flight max", streamInFlightMax, 1, 100_000);
    }
  }

  /**
   * How connections are probed and aged.
   *
   * @param interval how long a connection may be silent before it is probed, so that those of
   *     vanished clients are noticed; 1 s or more. Default: 1 min
   * @param timeout how long a probe may go unanswered before the connection is closed, 1 s or more.
   *     Default: 20 s
   * @param clientIntervalMin how often clients may probe; one that does it more often is
   *     disconnected. 0 or more. Default: 10 s
   * @param ageMax after how long clients are asked to connect anew, with 10 % of jitter, so that a
   *     balancer can move them to servers that were added later; zero for never, which is the
   *     default
   * @param ageGrace how long the calls of an aged connection may go on before they are cut, 0 or
   *     more. Default: 1 min
   */
  public record KeepAlive(
      Duration interval,
      Duration timeout,
      Duration clientIntervalMin,
      Duration ageMax,
      Duration ageGrace) {
    static final KeepAlive DEFAULTS =
        new KeepAlive(
            Duration.ofMinutes(1),
            Duration.ofSeconds(20),
            Duration.ofSeconds(10),
            Duration.ZERO,
            Duration.ofMinutes(1));

    /** Checks the ranges. */
    public KeepAlive {
      checkAtLeast("keep-alive interval", interval, Duration.ofSeconds(1));
      checkAtLeast("keep-alive timeout", timeout, Duration.ofSeconds(1));
      checkAtLeast("client keep-alive interval", clientIntervalMin, Duration.ZERO);
      checkAtLeast("connection age", ageMax, Duration.ZERO);
      checkAtLeast("connection age grace", ageGrace, Duration.ZERO);
    }
  }

  /**
   * How many connections there may be, and what they may leave undone.
   *
   * @param countMax how many connections may be open; one more is closed at once. 1 to 1,000,000.
   *     Default: 4,096. Each takes a descriptor and about 30 KiB
   * @param perAddressMax how many of them may come from one address of IPv4 or one network (/64) of
   *     IPv6, 1 to 1,000,000. Default: 1,024, since many clients may come through one proxy
   * @param handshakeMax how long a connection may take to begin: TLS, and the first bytes of
   *     HTTP/2. 100 ms or more. Default: 10 s
   * @param idleMax after how long without a call a connection is closed, 1 s or more; zero for
   *     never. Clients connect again by themselves. Default: 1 h
   * @param unreadBytesMax with how many bytes of answers that its client has not read a connection
   *     gets no further answer, 64 KiB to 16 GiB. Default: 16 MiB
   * @param unreadBytesTotalMax with how many unread bytes of all connections those that have some
   *     get no further answer, 64 KiB to 1 TiB. Default: 256 MiB
   */
  public record Connections(
      int countMax,
      int perAddressMax,
      Duration handshakeMax,
      Duration idleMax,
      long unreadBytesMax,
      long unreadBytesTotalMax) {
    /** The defaults. */
    public static final Connections DEFAULTS =
        new Connections(
            4_096, 1_024, Duration.ofSeconds(10), Duration.ofHours(1), 16L << 20, 256L << 20);

    /** Checks the ranges. */
    public Connections {
      checkRange("connections max", countMax, 1, 1_000_000);
      checkRange("connections per address max", perAddressMax, 1, 1_000_000);
      checkAtLeast("handshake max", handshakeMax, Duration.ofMillis(100));
      if (!idleMax.isZero()) {
        checkAtLeast("idle max", idleMax, Duration.ofSeconds(1));
      }
      checkRange("unread bytes max", unreadBytesMax, 1 << 16, 1L << 34);
      checkRange("unread bytes total max", unreadBytesTotalMax, 1 << 16, 1L << 40);
    }
  }

  /**
   * How a server ends.
   *
   * @param drainDelay how long it goes on taking calls while its health is NOT_SERVING already:
   *     what balancers need to notice. 0 or more. Default: 0
   * @param grace how long it then waits for the calls that it has admitted, before it cancels them.
   *     0 or more. Default: 30 s
   */
  public record Shutdown(Duration drainDelay, Duration grace) {
    static final Shutdown DEFAULTS = new Shutdown(Duration.ZERO, Duration.ofSeconds(30));

    /** Checks the ranges. */
    public Shutdown {
      checkAtLeast("drain delay", drainDelay, Duration.ZERO);
      checkAtLeast("shutdown grace", grace, Duration.ZERO);
    }
  }

  /** Starts from the defaults: TCP port 7700 of the loopback interface, plain text. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Collects options; what is not set stays at its default. Each method returns this builder. The
   * ranges are those of the components, and are checked by {@link #build}. Used by one thread.
   */
  public static final class Builder {
    private String host = Listening.DEFAULTS.host;
    private int port = Listening.DEFAULTS.port;
    private @Nullable Path unixSocket = Listening.DEFAULTS.unixSocket;
    private @Nullable Tls tls = Listening.DEFAULTS.tls;
    private int searchThreads = Threads.DEFAULTS.searches;
    private int searchQueueCapacity = Threads.DEFAULTS.searchQueueCapacity;
    private int requestBytesMax = Limits.DEFAULTS.requestBytesMax;
    private int responseBytesMax = Limits.DEFAULTS.responseBytesMax;
    private int streamInFlightMax = Limits.DEFAULTS.streamInFlightMax;
    private @Nullable Integer callsPerConnectionMax;
    private int eventLoopThreads = Threads.DEFAULTS.eventLoops;
    private long inlinePostingsMax = Threads.DEFAULTS.inlinePostingsMax;
    private KeepAlive keepAlive = KeepAlive.DEFAULTS;
    private Connections connections = Connections.DEFAULTS;
    private RateLimits rates = RateLimits.NONE;
    private Duration retryDelay = Duration.ofMillis(50);
    private Duration drainDelay = Shutdown.DEFAULTS.drainDelay;
    private Duration shutdownGrace = Shutdown.DEFAULTS.grace;

    private Builder() {}

    /** Sets {@link Listening#host}. */
    public Builder host(String value) {
      host = value;
      return this;
    }

    /** Sets {@link Listening#port}. */
    public Builder port(int value) {
      port = value;
      return this;
    }

    /** Sets {@link Listening#unixSocket}. */
    public Builder unixSocket(@Nullable Path value) {
      unixSocket = value;
      return this;
    }

    /** Sets {@link Listening#tls}. */
    public Builder tls(@Nullable Tls value) {
      tls = value;
      return this;
    }

    /** Sets {@link Threads#searches}. */
    public Builder searchThreads(int value) {
      searchThreads = value;
      return this;
    }

    /** Sets {@link Threads#eventLoops}. */
    public Builder eventLoopThreads(int value) {
      eventLoopThreads = value;
      return this;
    }

    /** Sets {@link Threads#inlinePostingsMax}. */
    public Builder inlinePostingsMax(long value) {
      inlinePostingsMax = value;
      return this;
    }

    /** Sets {@link GrpcServerOptions#keepAlive}. */
    public Builder keepAlive(KeepAlive value) {
      keepAlive = value;
      return this;
    }

    /** Sets {@link GrpcServerOptions#connections}. */
    public Builder connections(Connections value) {
      connections = value;
      return this;
    }

    /** Sets {@link GrpcServerOptions#rates}. */
    public Builder rates(RateLimits value) {
      rates = value;
      return this;
    }

    /** Sets {@link Threads#searchQueueCapacity}. */
    public Builder searchQueueCapacity(int value) {
      searchQueueCapacity = value;
      return this;
    }

    /** Sets {@link Limits#requestBytesMax}. */
    public Builder requestBytesMax(int value) {
      requestBytesMax = value;
      return this;
    }

    /** Sets {@link Limits#responseBytesMax}. */
    public Builder responseBytesMax(int value) {
      responseBytesMax = value;
      return this;
    }

    private int defaultCallsPerConnectionMax() {
      // Enough to keep the server busy from one connection. HTTP/2 advises at least 100.
      return Math.clamp(2L * (searchThreads + searchQueueCapacity), 128, 1_024);
    }

    /** Sets {@link Limits#callsPerConnectionMax}. */
    public Builder callsPerConnectionMax(int value) {
      callsPerConnectionMax = value;
      return this;
    }

    /** Sets {@link Limits#streamInFlightMax}. */
    public Builder streamInFlightMax(int value) {
      streamInFlightMax = value;
      return this;
    }

    /** Sets {@link GrpcServerOptions#retryDelay}. */
    public Builder retryDelay(Duration value) {
      retryDelay = value;
      return this;
    }

    /** Sets {@link Shutdown#drainDelay}. */
    public Builder drainDelay(Duration value) {
      drainDelay = value;
      return this;
    }

    /** Sets {@link Shutdown#grace}. */
    public Builder shutdownGrace(Duration value) {
      shutdownGrace = value;
      return this;
    }

    /**
     * Makes the options.
     *
     * @throws InvalidInputException when an option is outside its range, or when there is nothing
     *     to listen on
     */
    public GrpcServerOptions build() {
      return new GrpcServerOptions(
          new Listening(host, port, unixSocket, Listening.DEFAULTS.unixSocketPermissions, tls),
          new Threads(eventLoopThreads, searchThreads, searchQueueCapacity, inlinePostingsMax),
          new Limits(
              requestBytesMax,
              responseBytesMax,
              callsPerConnectionMax == null
                  ? defaultCallsPerConnectionMax()
                  : callsPerConnectionMax,
              streamInFlightMax),
          keepAlive,
          connections,
          rates,
          retryDelay,
          new Shutdown(drainDelay, shutdownGrace));
    }
  }

  private static void checkRange(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new InvalidInputException(option, value, min + " to " + max);
    }
  }

  private static void checkAtLeast(String option, Duration value, Duration min) {
    if (value.compareTo(min) < 0) {
      throw new InvalidInputException(option, value, "at least " + min);
    }
  }
}
