package io.siskin.server.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A small reverse proxy that has a server below a path of its own, as proxies of companies do. It
 * can ask for keys as the server does, and it can be away. It also serves the tests of the
 * console's modules, beside the console. Safe for concurrent use.
 */
final class ConsoleProxy implements AutoCloseable {
  /** Below which path the server is. */
  static final String PATH = "/search/siskin/";

  private static final Set<String> HEADERS =
      Set.of("content-type", "authorization", "origin", "sec-fetch-site", "if-none-match");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI backend;
  private final URI metrics;
  private volatile Map<String, String> keys = Map.of();
  private volatile boolean isAway;

  private ConsoleProxy(HttpServer server, URI backend, URI metrics) {
    this.server = server;
    this.backend = backend;
    this.metrics = metrics;
  }

  /**
   * Starts one.
   *
   * @param backend the server, with a slash at the end
   * @param metrics the same of where its metrics are
   */
  static ConsoleProxy start(URI backend, URI metrics) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    ConsoleProxy proxy = new ConsoleProxy(server, backend, metrics);
    server.createContext(PATH, proxy::answer);
    server.setExecutor(proxy.threads);
    server.start();
    return proxy;
  }

  /** Returns the address of a path below the server's. */
  String address(String path) {
    return "http://localhost:" + server.getAddress().getPort() + PATH + path;
  }

  /** Asks for one of some keys from now on; none: for no key. They are roles by keys. */
  void require(Map<String, String> roles) {
    keys = Map.copyOf(roles);
  }

  /** Says whether the server is away. */
  void setAway(boolean value) {
    isAway = value;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getRawPath().substring(PATH.length());
      String refusal = isAway ? null : refusal(exchange, path);
      if (isAway) {
        send(exchange, 502, "text/plain", "the server is away".getBytes(StandardCharsets.UTF_8));
      } else if (refusal != null) {
        String body = "{\"code\": 16, \"message\": \"" + refusal + "\", \"details\": []}";
        send(exchange, 401, "application/json", body.getBytes(StandardCharsets.UTF_8));
      } else if (path.startsWith("tests/")) {
        sendTest(exchange, path.substring("tests/".length()));
      } else if (path.equals("v1/caller") && !keys.isEmpty()) {
        send(exchange, 200, "application/json", caller(exchange));
      } else {
        pass(exchange, path);
      }
    }
  }

  private @Nullable String refusal(HttpExchange exchange, String path) {
    boolean isProtected = path.startsWith("v1/") || path.equals("metrics");
    if (keys.isEmpty() || !isProtected) {
      return null;
    }
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    if (given == null) {
      return "a key is needed";
    }
    return given.startsWith("Bearer ") && keys.containsKey(given.substring("Bearer ".length()))
        ? null
        : "the key is not known";
  }

  private byte[] caller(HttpExchange exchange) {
    String key =
        exchange.getRequestHeaders().getFirst("Authorization").substring("Bearer ".length());
    return ("{\"keyId\": \"test\", \"grants\": [{\"role\": \""
            + keys.get(key)
            + "\", \"collections\": [\"*\"]}]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void sendTest(HttpExchange exchange, String name) throws IOException {
    try (InputStream in =
        ConsoleProxy.class.getResourceAsStream("/io/siskin/server/http/console-tests/" + name)) {
      if (in == null) {
        send(exchange, 404, "text/plain", new byte[0]);
      } else {
        send(
            exchange,
            200,
            name.endsWith(".js") ? "text/javascript" : "text/html",
            in.readAllBytes());
      }
    }
  }

  private void pass(HttpExchange exchange, String path) throws IOException {
    String query = exchange.getRequestURI().getRawQuery();
    byte[] body = exchange.getRequestBody().readAllBytes();
    URI target = path.equals("metrics") ? metrics : backend;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target.resolve(path + (query == null ? "" : "?" + query)))
            .method(
                exchange.getRequestMethod(),
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
              }
            });
    try {
      HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
      for (String name : Set.of("Content-Security-Policy", "ETag", "X-Content-Type-Options")) {
        response
            .headers()
            .firstValue(name)
            .ifPresent(value -> exchange.getResponseHeaders().set(name, value));
      }
      String type = response.headers().firstValue("Content-Type").orElse("");
      send(exchange, response.statusCode(), type, response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    if (!type.isEmpty()) {
      exchange.getResponseHeaders().set("Content-Type", type);
    }
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    client.close();
  }
}
