package io.siskin.server.http;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.server.tls.ReloadingTls;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be chosen about a {@link HttpServer}, in groups that check their own ranges.
 * Immutable.
 *
 * @param listening where the server listens
 * @param limits how much it takes, of one client and of all
 * @param times how long it waits
 * @param browsers what pages in browsers may do
 */
public record HttpOptions(Listening listening, Limits limits, Times times, Browsers browsers) {
  /** The port that is listened on by default. */
  public static final int DEFAULT_PORT = 7701;

  private static final int CORES = Runtime.getRuntime().availableProcessors();

  /** The defaults: port {@value #DEFAULT_PORT} of the loopback interface, plain text. */
  public static final HttpOptions DEFAULTS =
      new HttpOptions(Listening.DEFAULTS, Limits.DEFAULTS, Times.DEFAULTS, Browsers.DEFAULTS);

  /**
   * Tells whether an address is of the loopback interface, which only this machine reaches.
   *
   * @param host a name or a number
   */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      return false;
    }
  }

  /**
   * Returns these options with another place to listen.
   *
   * @param host see {@link Listening#host}
   * @param port see {@link Listening#port}
   */
  public HttpOptions at(String host, int port) {
    return new HttpOptions(
        new Listening(host, port, listening.threads, listening.tls), limits, times, browsers);
  }

  /**
   * Returns options for a port that only shows metrics: one thread, few connections, short bodies.
   *
   * @param host see {@link Listening#host}
   * @param port see {@link Listening#port}
   */
  public HttpOptions forMetrics(String host, int port) {
    return new HttpOptions(
        new Listening(host, port, 1, null),
        new Limits(32, 32, 16 << 10, 64, 16 << 10, 16 << 20, 1),
        new Times(Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofSeconds(10), 64 << 10),
        // Scrapers name it as they like. It has nothing that a page could change.
        new Browsers(List.of(), List.of("*"), false));
  }

  /**
   * Returns these options with other limits.
   *
   * @param value the limits
   */
  public HttpOptions withLimits(Limits value) {
    return new HttpOptions(listening, value, times, browsers);
  }

  /**
   * Returns these options with other times.
   *
   * @param value the times
   */
  public HttpOptions withTimes(Times value) {
    return new HttpOptions(listening, limits, value, browsers);
  }

  /**
   * Returns these options with other rules for browsers.
   *
   * @param value the rules
   */
  public HttpOptions withBrowsers(Browsers value) {
    return new HttpOptions(listening, limits, times, value);
  }

  /**
   * Returns these options with encryption.
   *
   * @param value the certificate, null for plain text
   */
  public HttpOptions withTls(@Nullable ReloadingTls value) {
    return new HttpOptions(
        new Listening(listening.host, listening.port, listening.threads, value),
        limits,
        times,
        browsers);
  }

  /**
   * Where a server listens.
   *
   * @param host the address, a name or a number; {@code 0.0.0.0} for all interfaces. Default: the
   *     loopback interface, because without further set-up there is neither encryption nor a check
   *     of who calls
   * @param port the TCP port, 1 to 65,535; 0 for any free one. Default: 7701
   * @param threads network threads, which also read and write JSON and run small searches; a
   *     connection stays on one of them. 1 to 1,024. Default: the number of cores
   * @param tls the certificate, owned by others; null for plain text, which is the default
   */
  public record Listening(String host, int port, int threads, @Nullable ReloadingTls tls) {
    static final Listening DEFAULTS = new Listening("127.0.0.1", DEFAULT_PORT, CORES, null);

    /** Checks the ranges. */
    public Listening {
      Ranges.check("http port", port, 0, 65_535);
      Ranges.check("http threads", threads, 1, 1_024);
    }
  }

  /**
   * How much a server takes.
   *
   * @param connectionsMax open connections, 1 to 1,000,000; further ones are closed at once.
   *     Default: 1,024
   * @param connectionsPerAddressMax open connections of one address, 1 to 1,000,000. Default: 256.
   *     Behind a proxy, all clients have the proxy's address
   * @param headBytesMax the longest head of a request, 1 KiB to 1 MiB. Default: 16 KiB
   * @param headerCountMax the most headers of a request, 8 to 10,000. Default: 100
   * @param bodyBytesMax the longest body of a request, unpacked, 1 KiB to 1 GiB. Default: 16 MiB;
   *     JSON is several times as long as the same message of gRPC
   * @param heldBytesMax how much of bodies and of long answers of all connections is in memory at a
   *     time, at least {@code bodyBytesMax}, up to 1 TiB. Default: 256 MiB. A request that would
   *     exceed it is answered with 503
   * @param pipelinedMax how many further requests of a connection are read before the first is
   *     answered, 1 to 1,000. Default: 16
   */
  public record Limits(
      int connectionsMax,
      int connectionsPerAddressMax,
      int headBytesMax,
      int headerCountMax,
      int bodyBytesMax,
      long heldBytesMax,
      int pipelinedMax) {
    /** The defaults. */
    public static final Limits DEFAULTS =
        new Limits(1_024, 256, 16 << 10, 100, 16 << 20, 256L << 20, 16);

    /** Checks the ranges. */
    public Limits {
      Ranges.check("http connections", connectionsMax, 1, 1_000_000);
      Ranges.check("http connections per address", connectionsPerAddressMax, 1, 1_000_000);
      Ranges.check("http head bytes", headBytesMax, 1 << 10, 1 << 20);
      Ranges.check("http header count", headerCountMax, 8, 10_000);
      Ranges.check("http body bytes", bodyBytesMax, 1 << 10, 1 << 30);
      Ranges.check("http held bytes", heldBytesMax, bodyBytesMax, 1L << 40);
      Ranges.check("http pipelined requests", pipelinedMax, 1, 1_000);
    }
  }

  /**
   * How long a server waits.
   *
   * @param idle for the next request of an open connection, 1 s to 1 h. Default: 60 s
   * @param request for a request, from its first byte to its last, 1 s to 1 h. Default: 30 s
   * @param answer until a client has taken an answer, 1 s to 1 h. Default: 30 s
   * @param bytesPerSecondMin what a client has to reach with long requests and answers, which get
   *     more time: 1 KiB/s to 1 GiB/s. Default: 64 KiB/s
   */
  public record Times(Duration idle, Duration request, Duration answer, int bytesPerSecondMin) {
    private static final Duration MIN = Duration.ofSeconds(1);
    private static final Duration MAX = Duration.ofHours(1);

    /** The defaults. */
    public static final Times DEFAULTS =
        new Times(Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ofSeconds(30), 64 << 10);

    /** Checks the ranges. */
    public Times {
      check("http idle time", idle);
      check("http request time", request);
      check("http answer time", answer);
      Ranges.check("http bytes per second", bytesPerSecondMin, 1 << 10, 1 << 30);
    }

    private static void check(String name, Duration value) {
      if (value.compareTo(MIN) < 0 || value.compareTo(MAX) > 0) {
        throw new InvalidInputException(name, value, MIN + " to " + MAX);
      }
    }
  }

  /**
   * What pages in browsers may do. A browser sends requests for any page that its user visits, so a
   * server that nobody else can reach is still reached by pages.
   *
   * @param origins the pages of other servers that may call, as {@code https://example.org}, with a
   *     port if it is not the usual one; {@code *} for all pages. Default: none
   * @param hosts the names under which the server may be called, without port; {@code *} for any.
   *     Addresses and {@code localhost} are always right. So a page cannot reach the server under a
   *     name of its own that it lets point here. Default: none; a server that listens on more than
   *     the loopback interface takes any
   * @param console whether the console is served. Default: true
   */
  public record Browsers(List<String> origins, List<String> hosts, boolean console) {
    private static final Pattern ORIGIN =
        Pattern.compile(
            "\\*|https?://[A-Za-z0-9.\\-]+(:[0-9]{1,5})?|https?://\\[[0-9a-fA-F:]+](:[0-9]{1,5})?");
    private static final Pattern HOST = Pattern.compile("\\*|[A-Za-z0-9.\\-]+");

    /** The defaults. */
    public static final Browsers DEFAULTS = new Browsers(List.of(), List.of(), true);

    /** Checks the forms. */
    public Browsers {
      origins = List.copyOf(origins);
      hosts = List.copyOf(hosts);
      for (String origin : origins) {
        if (!ORIGIN.matcher(origin).matches()) {
          throw new InvalidInputException(
              "http origin", origin, "origins like https://example.org, and *");
        }
      }
      for (String host : hosts) {
        if (!HOST.matcher(host).matches()) {
          throw new InvalidInputException("http host", host, "names without a port, and *");
        }
      }
    }
  }
}
