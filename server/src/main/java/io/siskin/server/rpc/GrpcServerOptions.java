package io.siskin.server.rpc;

import io.siskin.index.error.InvalidInputException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be chosen about a {@link GrpcServer}. Immutable; made by a {@link Builder},
 * which checks the ranges and documents each option.
 *
 * @param host the address to listen on, with TCP
 * @param port the TCP port; 0 any free one, {@link #NO_TCP} none
 * @param unixSocket the path of the Unix socket; null for none
 * @param unixSocketPermissions who may connect to the Unix socket
 * @param tls the certificate for TCP; null for plain text
 * @param eventLoopThreads network threads, which also run small searches
 * @param searchThreads threads for the other searches
 * @param searchQueueCapacity how many searches may wait for a search thread
 * @param inlinePostingsMax the largest estimated work, in postings, that still runs on a network
 *     thread
 * @param requestBytesMax the longest request
 * @param responseBytesMax the longest response
 * @param callsPerConnectionMax how many calls one connection may have open
 * @param streamInFlightMax how many searches of one stream may be unanswered
 * @param keepAliveInterval how long a connection may be silent before it is probed
 * @param keepAliveTimeout how long a probe may go unanswered before the connection is closed
 * @param clientKeepAliveIntervalMin how often clients may probe
 * @param connectionAgeMax after how long a connection is asked to be replaced; zero for never
 * @param connectionAgeGrace how long the calls of such a connection may go on
 * @param retryDelay how long a refused client is told to wait
 * @param drainDelay how long a server that shuts down still takes calls while it reports
 *     NOT_SERVING
 * @param shutdownGrace how long a server that shuts down waits for the calls it has admitted
 */
public record GrpcServerOptions(
    String host,
    int port,
    @Nullable Path unixSocket,
    Set<PosixFilePermission> unixSocketPermissions,
    @Nullable Tls tls,
    int eventLoopThreads,
    int searchThreads,
    int searchQueueCapacity,
    long inlinePostingsMax,
    int requestBytesMax,
    int responseBytesMax,
    int callsPerConnectionMax,
    int streamInFlightMax,
    Duration keepAliveInterval,
    Duration keepAliveTimeout,
    Duration clientKeepAliveIntervalMin,
    Duration connectionAgeMax,
    Duration connectionAgeGrace,
    Duration retryDelay,
    Duration drainDelay,
    Duration shutdownGrace) {
  /** The {@link #port} of a server that listens on its Unix socket only. */
  public static final int NO_TCP = -1;

  /**
   * A certificate, as files in PEM.
   *
   * @param certificateChain the server's certificate, followed by those that vouch for it
   * @param privateKey its key, unencrypted, in PKCS #8
   */
  public record Tls(Path certificateChain, Path privateKey) {}

  /** Starts from the defaults: TCP port 7700 of the loopback interface, plain text. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Collects options. Each method checks its value and returns this builder. Used by one thread.
   */
  public static final class Builder {
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    private String host = "127.0.0.1";
    private int port = 7700;
    private @Nullable Path unixSocket;
    private Set<PosixFilePermission> unixSocketPermissions =
        PosixFilePermissions.fromString("rw-rw----");
    private @Nullable Tls tls;
    private int eventLoopThreads = CORES;
    private int searchThreads = CORES;
    private int searchQueueCapacity = 64 * CORES;
    private long inlinePostingsMax = 50_000;
    private int requestBytesMax = 4 << 20;
    private int responseBytesMax = 64 << 20;
    private @Nullable Integer callsPerConnectionMax;
    private int streamInFlightMax = 64;
    private Duration keepAliveInterval = Duration.ofMinutes(1);
    private Duration keepAliveTimeout = Duration.ofSeconds(20);
    private Duration clientKeepAliveIntervalMin = Duration.ofSeconds(10);
    private Duration connectionAgeMax = Duration.ZERO;
    private Duration connectionAgeGrace = Duration.ofMinutes(1);
    private Duration retryDelay = Duration.ofMillis(50);
    private Duration drainDelay = Duration.ZERO;
    private Duration shutdownGrace = Duration.ofSeconds(30);

    private Builder() {}

    /**
     * Sets the address to listen on with TCP.
     *
     * @param value a name or an address; {@code 0.0.0.0} for all interfaces. Default: the loopback
     *     interface, because there is neither encryption nor a check of who calls unless one is set
     *     up
     */
    public Builder host(String value) {
      host = value;
      return this;
    }

    /**
     * Sets the TCP port.
     *
     * @param value 1 to 65,535; 0 for any free one, {@link GrpcServerOptions#NO_TCP} for none.
     *     Default: 7700
     */
    public Builder port(int value) {
      port = (int) checkRange("port", value, NO_TCP, 65_535);
      return this;
    }

    /**
     * Listens on a Unix socket too. Linux only.
     *
     * @param value the path, at most 107 bytes, in an existing folder; null for none, which is the
     *     default
     */
    public Builder unixSocket(@Nullable Path value) {
      unixSocket = value;
      return this;
    }

    /**
     * Sets who may connect to the Unix socket.
     *
     * @param value the permissions of its file. Default: owner and group, {@code rw-rw----}
     */
    public Builder unixSocketPermissions(Set<PosixFilePermission> value) {
      unixSocketPermissions = Set.copyOf(value);
      return this;
    }

    /**
     * Encrypts TCP. Unix sockets stay plain.
     *
     * @param value the certificate; null for plain text, which is the default
     */
    public Builder tls(@Nullable Tls value) {
      tls = value;
      return this;
    }

    /**
     * Sets the number of network threads, which also run small searches. A connection stays on one
     * of them.
     *
     * @param value 1 to 1,024. Default: the number of cores
     */
    public Builder eventLoopThreads(int value) {
      eventLoopThreads = (int) checkRange("event loop threads", value, 1, 1_024);
      return this;
    }

    /**
     * Sets the number of threads that run the searches that are not small.
     *
     * @param value 1 to 1,024. Default: the number of cores, since searches do not wait for
     *     anything. Raising it beyond makes searches share cores, which lengthens each
     */
    public Builder searchThreads(int value) {
      searchThreads = (int) checkRange("search threads", value, 1, 1_024);
      return this;
    }

    /**
     * Sets how many searches may wait for a search thread; one more is refused with
     * RESOURCE_EXHAUSTED.
     *
     * @param value 1 to 1,000,000. Default: 64 a core. Raising it turns refusals into latency
     */
    public Builder searchQueueCapacity(int value) {
      searchQueueCapacity = (int) checkRange("search queue capacity", value, 1, 1_000_000);
      return this;
    }

    /**
     * Sets the largest estimated work that still runs on a network thread.
     *
     * @param value postings, about a nanosecond each; 0 sends every search to the search threads.
     *     Default: 50,000, about twice what the way to another thread and back costs (20 µs).
     *     Raising it saves that way for more searches, and makes the other calls of the same
     *     connection wait longer
     */
    public Builder inlinePostingsMax(long value) {
      inlinePostingsMax = checkRange("inline postings max", value, 0, Long.MAX_VALUE);
      return this;
    }

    /**
     * Sets the longest request.
     *
     * @param value bytes, 1 KiB to 1 GiB. Default: 4 MiB, several times the largest query that is
     *     in range
     */
    public Builder requestBytesMax(int value) {
      requestBytesMax = (int) checkRange("request bytes max", value, 1 << 10, 1 << 30);
      return this;
    }

    /**
     * Sets the longest response; a search with a longer one ends with RESOURCE_EXHAUSTED.
     *
     * @param value bytes, 1 KiB to 1 GiB. Default: 64 MiB. Clients have a limit of their own, often
     *     4 MiB
     */
    public Builder responseBytesMax(int value) {
      responseBytesMax = (int) checkRange("response bytes max", value, 1 << 10, 1 << 30);
      return this;
    }

    /**
     * Sets how many calls one connection may have open at a time; the client's library holds back
     * further ones. So this bounds what a connection may have sent that the server has not read.
     *
     * @param value 1 to 1,000,000. Default: twice as many as the search threads and their queue
     *     take, but 128 to 1,024. Raising it lets more calls of one client wait at an overloaded
     *     server, and makes the refusals come later
     */
    public Builder callsPerConnectionMax(int value) {
      callsPerConnectionMax = (int) checkRange("calls per connection max", value, 1, 1_000_000);
      return this;
    }

    /**
     * Sets how many searches of one stream may be unanswered before the server stops reading the
     * stream.
     *
     * @param value 1 to 100,000. Default: 64. Raising it lets one stream take more of the queue
     */
    public Builder streamInFlightMax(int value) {
      streamInFlightMax = (int) checkRange("stream in flight max", value, 1, 100_000);
      return this;
    }

    /**
     * Sets when silent connections are probed, so that those of vanished clients are noticed.
     *
     * @param interval how long a connection may be silent, 1 s or more. Default: 1 min
     * @param timeout how long the answer may take, 1 s or more. Default: 20 s
     */
    public Builder keepAlive(Duration interval, Duration timeout) {
      keepAliveInterval = checkAtLeast("keep-alive interval", interval, Duration.ofSeconds(1));
      keepAliveTimeout = checkAtLeast("keep-alive timeout", timeout, Duration.ofSeconds(1));
      return this;
    }

    /**
     * Sets how often clients may probe; one that does it more often is disconnected.
     *
     * @param value 0 or more. Default: 10 s
     */
    public Builder clientKeepAliveIntervalMin(Duration value) {
      clientKeepAliveIntervalMin = checkAtLeast("client keep-alive interval", value, Duration.ZERO);
      return this;
    }

    /**
     * Sets after how long clients are asked to connect anew, which is what lets a balancer of
     * connections move them to servers that were added later.
     *
     * @param max the age, with 10 % of jitter; zero for never. Default: never
     * @param grace how long the calls of an aged connection may go on before they are cut. Default:
     *     1 min
     */
    public Builder connectionAge(Duration max, Duration grace) {
      connectionAgeMax = checkAtLeast("connection age", max, Duration.ZERO);
      connectionAgeGrace = checkAtLeast("connection age grace", grace, Duration.ZERO);
      return this;
    }

    /**
     * Sets how long a client that was refused for overload is told to wait before it tries again.
     *
     * @param value 1 ms or more. Default: 50 ms
     */
    public Builder retryDelay(Duration value) {
      retryDelay = checkAtLeast("retry delay", value, Duration.ofMillis(1));
      return this;
    }

    /**
     * Sets how long a server that shuts down goes on taking calls while its health is NOT_SERVING
     * already.
     *
     * @param value what balancers need to notice, 0 or more. Default: 0
     */
    public Builder drainDelay(Duration value) {
      drainDelay = checkAtLeast("drain delay", value, Duration.ZERO);
      return this;
    }

    /**
     * Sets how long a server that shuts down waits for the calls that it has admitted, before it
     * cancels them.
     *
     * @param value 0 or more. Default: 30 s
     */
    public Builder shutdownGrace(Duration value) {
      shutdownGrace = checkAtLeast("shutdown grace", value, Duration.ZERO);
      return this;
    }

    /**
     * Makes the options.
     *
     * @throws InvalidInputException when there is nothing to listen on
     */
    public GrpcServerOptions build() {
      if (port == NO_TCP && unixSocket == null) {
        throw new InvalidInputException("port", "none", "a TCP port, a Unix socket or both");
      }
      return new GrpcServerOptions(
          host,
          port,
          unixSocket,
          unixSocketPermissions,
          tls,
          eventLoopThreads,
          searchThreads,
          searchQueueCapacity,
          inlinePostingsMax,
          requestBytesMax,
          responseBytesMax,
          callsPerConnectionMax == null ? defaultCallsPerConnectionMax() : callsPerConnectionMax,
          streamInFlightMax,
          keepAliveInterval,
          keepAliveTimeout,
          clientKeepAliveIntervalMin,
          connectionAgeMax,
          connectionAgeGrace,
          retryDelay,
          drainDelay,
          shutdownGrace);
    }

    private int defaultCallsPerConnectionMax() {
      // Enough to keep the server busy from one connection. HTTP/2 advises at least 100.
      return Math.clamp(2L * (searchThreads + searchQueueCapacity), 128, 1_024);
    }

    private static long checkRange(String option, long value, long min, long max) {
      if (value < min || value > max) {
        throw new InvalidInputException(option, value, min + " to " + max);
      }
      return value;
    }

    private static Duration checkAtLeast(String option, Duration value, Duration min) {
      if (value.compareTo(min) < 0) {
        throw new InvalidInputException(option, value, "at least " + min);
      }
      return value;
    }
  }
}
