package io.siskin.server.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.siskin.server.access.ApiKey;
import io.siskin.server.access.KeyStore;
import io.siskin.server.access.Role;
import io.siskin.server.access.UnauthenticatedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET /metrics} over HTTP, in the format that the request asks for: Prometheus text,
 * or OpenMetrics text.
 *
 * <p>The one who can reach it may ask, so that it is bounded whatever is asked: two threads, 32
 * connections, 16 KiB of request, 5 s to send it and 10 s to take the answer; one answer is made at
 * a time. Nothing is logged for a request.
 *
 * <p>Safe for concurrent use. Owns its threads.
 */
public final class MetricsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);
  private static final String PATH = "/metrics";
  private static final int THREADS = 2;
  private static final int BACKLOG = 16;
  private static final String BEARER = "Bearer ";
  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int SERVER_ERROR = 500;
  private static final int NO_BODY = -1;

  // The JDK's server has its limits as properties of the process, read when it is first used, and
  // none by default. What somebody has set stays.
  private static final Map<String, String> LIMITS =
      Map.of(
          "jdk.httpserver.maxConnections", "32",
          "sun.net.httpserver.maxIdleConnections", "16",
          "sun.net.httpserver.maxReqHeaders", "64",
          "sun.net.httpserver.maxReqHeaderSize", "16384",
          "sun.net.httpserver.drainAmount", "16384",
          "sun.net.httpserver.maxReqTime", "5",
          "sun.net.httpserver.maxRspTime", "10");

  private final ServerMetrics metrics;
  private final JvmMetrics jvm = new JvmMetrics();
  private final ExpositionFormats formats = ExpositionFormats.init();
  private final HttpServer http;
  private final @Nullable KeyStore keys;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS, Thread.ofPlatform().daemon().name("siskin-metrics-", 0).factory());
  private volatile String lastFailure = "";

  private MetricsServer(HttpServer http, MetricSources sources, @Nullable KeyStore keys) {
    this.http = http;
    this.keys = keys;
    this.metrics = new ServerMetrics(sources);
  }

  /**
   * Starts a server that shows everybody what it has, in plain text: for loopback.
   *
   * @param host the address to listen on
   * @param port the port, 0 to 65,535; 0 for any free one
   * @param sources what is shown
   * @throws IOException when the address cannot be listened on
   */
  public static MetricsServer start(String host, int port, MetricSources sources)
      throws IOException {
    return start(host, port, sources, null, null);
  }

  /**
   * Starts a server.
   *
   * @param host the address to listen on
   * @param port the port, 0 to 65,535; 0 for any free one
   * @param sources what is shown
   * @param keys the keys, of which one with the role {@code read} for all collections is needed,
   *     because the metrics name all; null when none is needed
   * @param tls how connections are encrypted; null for plain text
   * @throws IOException when the address cannot be listened on
   */
  public static MetricsServer start(
      String host,
      int port,
      MetricSources sources,
      @Nullable KeyStore keys,
      @Nullable SSLContext tls)
      throws IOException {
    LIMITS.forEach(
        (limit, value) -> {
          if (System.getProperty(limit) == null) {
            System.setProperty(limit, value);
          }
        });
    HttpServer http = create(new InetSocketAddress(host, port), tls);
    MetricsServer server = new MetricsServer(http, sources, keys);
    http.setExecutor(server.threads);
    http.createContext("/", server::answer);
    http.start();
    return server;
  }

  private static HttpServer create(InetSocketAddress address, @Nullable SSLContext tls)
      throws IOException {
    if (tls == null) {
      return HttpServer.create(address, BACKLOG);
    }
    HttpsServer https = HttpsServer.create(address, BACKLOG);
    https.setHttpsConfigurator(new HttpsConfigurator(tls));
    return https;
  }

  /** Returns the port that is listened on. */
  public int port() {
    return http.getAddress().getPort();
  }

  /** Ends at once. */
  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
    jvm.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      int refusal = refusal(exchange);
      if (refusal != OK) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        exchange.sendResponseHeaders(refusal, NO_BODY);
      } else if (!exchange.getRequestURI().getPath().equals(PATH)) {
        exchange.sendResponseHeaders(NOT_FOUND, NO_BODY);
      } else if (method.equals("GET") || method.equals("HEAD")) {
        scrape(exchange, method.equals("GET"));
      } else {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(METHOD_NOT_ALLOWED, NO_BODY);
      }
    }
  }

  private int refusal(HttpExchange exchange) {
    if (keys == null) {
      return OK;
    }
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    if (authorization == null
        || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return UNAUTHORIZED;
    }
    try {
      ApiKey key = keys.authenticate(authorization.substring(BEARER.length()).strip());
      return key.allowsAll(Role.READ) ? OK : FORBIDDEN;
    } catch (UnauthenticatedException unknown) {
      return UNAUTHORIZED;
    }
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: the one who asks gets an answer.
  private void scrape(HttpExchange exchange, boolean wantsBody) throws IOException {
    ExpositionFormatWriter writer =
        formats.findWriter(exchange.getRequestHeaders().getFirst("Accept"));
    byte[] body;
    int status = OK;
    String type = writer.getContentType();
    try {
      body = write(writer);
    } catch (RuntimeException failed) {
      report(failed);
      body = "the metrics cannot be read; the log says why\n".getBytes(StandardCharsets.UTF_8);
      status = SERVER_ERROR;
      type = "text/plain; charset=utf-8";
    }
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, wantsBody ? body.length : NO_BODY);
    if (wantsBody) {
      exchange.getResponseBody().write(body);
    }
  }

  private synchronized byte[] write(ExpositionFormatWriter writer) throws IOException {
    List<MetricSnapshot> all = new ArrayList<>(metrics.read().snapshots());
    all.addAll(jvm.read());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writer.write(bytes, new MetricSnapshots(all));
    return bytes.toByteArray();
  }

  /** Logs a failure unless it is that of the scrape before. */
  private void report(RuntimeException failed) {
    String failure = failed.toString();
    if (!failure.equals(lastFailure)) {
      lastFailure = failure;
      LOG.error("the metrics cannot be read", failed);
    }
  }
}
