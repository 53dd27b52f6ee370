package io.siskin.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.rpc.gateway.RestAnswer;
import io.siskin.server.rpc.gateway.RestGateway;
import io.siskin.server.rpc.gateway.RestMatch;
import io.siskin.server.rpc.gateway.RestRequest;
import io.siskin.server.rpc.gateway.RestRoute;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is at which path, and what browsers may do. */
@Timeout(60)
final class SiteTest {
  private final AtomicReference<Site.Readiness> readiness =
      new AtomicReference<>(Site.Readiness.SERVING);
  private HttpServer server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  /** An API without methods. */
  private static final class NoApi implements RestGateway {
    @Override
    public List<RestRoute> routes() {
      return List.of();
    }

    @Override
    public byte[] openApi(String version) {
      return new byte[] {'{', '}'};
    }

    @Override
    public RestMatch find(String method, String path) {
      return new RestMatch.NoPath();
    }

    @Override
    public Runnable call(RestMatch.Found match, RestRequest request, Consumer<RestAnswer> reply) {
      throw new AssertionError("there is nothing to call");
    }
  }

  private void start(HttpOptions.Browsers browsers) throws IOException {
    HttpOptions options = HttpOptions.DEFAULTS.at("127.0.0.1", 0).withBrowsers(browsers);
    server =
        HttpServer.start(
            options,
            Site.builder(options)
                .rest(new NoApi(), "1")
                .readiness(readiness::get)
                .metrics(
                    accept ->
                        new Page(
                            200,
                            "text/plain",
                            String.valueOf(accept).getBytes(StandardCharsets.UTF_8)))
                .build());
  }

  private String ask(String method, String path, String... headers) throws IOException {
    try (RawConnection connection = new RawConnection(server.port())) {
      StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
      boolean hasHost = false;
      for (String header : headers) {
        request.append(header).append("\r\n");
        hasHost |= header.startsWith("Host:");
      }
      if (!hasHost) {
        request.append("Host: localhost:").append(server.port()).append("\r\n");
      }
      return connection.send(request + "Connection: close\r\n\r\n").readToEnd();
    }
  }

  private static String header(String answer, String name) {
    return answer
        .lines()
        .takeWhile(line -> !line.isEmpty())
        .filter(
            line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ": "))
        .map(line -> line.substring(name.length() + 2))
        .findFirst()
        .orElse("");
  }

  @Test
  void pagesAreWhereTheyBelong() throws IOException {
    start(HttpOptions.Browsers.DEFAULTS);
    assertThat(ask("GET", "/healthz")).startsWith("HTTP/1.1 200").endsWith("ok\n");
    assertThat(ask("GET", "/readyz")).startsWith("HTTP/1.1 200");
    assertThat(ask("GET", "/metrics", "Accept: a/b")).startsWith("HTTP/1.1 200").endsWith("a/b");
    assertThat(ask("GET", "/openapi.json")).startsWith("HTTP/1.1 200").endsWith("{}");
    assertThat(ask("GET", "/v1/x")).startsWith("HTTP/1.1 404");
    assertThat(ask("GET", "/x")).startsWith("HTTP/1.1 404");
    assertThat(ask("GET", "/healthz/x")).startsWith("HTTP/1.1 404");
    assertThat(header(ask("GET", "/"), "Location")).isEqualTo("console/");
    assertThat(header(ask("POST", "/healthz"), "Allow")).isEqualTo("GET, HEAD");
    assertThat(ask("GET", "http://localhost/healthz")).startsWith("HTTP/1.1 200");
    String head = ask("HEAD", "/healthz");
    assertThat(head).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
    assertThat(header(head, "Content-Length")).isEqualTo("3");
    for (String answer : List.of(ask("GET", "/v1/x"), ask("GET", "/healthz"))) {
      assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
      assertThat(header(answer, "Content-Security-Policy")).startsWith("default-src 'none'");
      assertThat(header(answer, "Access-Control-Allow-Origin")).isEmpty();
      assertThat(header(answer, "Date")).endsWith(" GMT");
      assertThat(header(answer, "Server")).isEmpty();
    }
  }

  @Test
  void readinessIsShownWithItsReason() throws IOException {
    start(HttpOptions.Browsers.DEFAULTS);
    readiness.set(Site.Readiness.STARTING);
    assertThat(ask("GET", "/readyz")).startsWith("HTTP/1.1 503").contains("starting: ");
    assertThat(ask("GET", "/healthz")).startsWith("HTTP/1.1 200");
    readiness.set(Site.Readiness.DRAINING);
    try (RawConnection connection = new RawConnection(server.port())) {
      // Nobody asked for the end, but a server that ends ends its connections too.
      assertThat(connection.send("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n").readToEnd())
          .startsWith("HTTP/1.1 503")
          .contains("draining: ");
    }
  }

  @Test
  void filesOfTheConsoleAreServedStrictly() throws IOException {
    start(HttpOptions.Browsers.DEFAULTS);
    String page = ask("GET", "/console/");
    assertThat(page).startsWith("HTTP/1.1 200").contains("<!doctype html>");
    assertThat(header(page, "Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(header(page, "Content-Security-Policy"))
        .isEqualTo(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src"
                + " 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    String tag = header(page, "ETag");
    assertThat(tag).isNotEmpty();
    assertThat(ask("GET", "/console/", "If-None-Match: " + tag))
        .startsWith("HTTP/1.1 304")
        .endsWith("\r\n\r\n");
    assertThat(header(ask("GET", "/console/", "Accept-Encoding: gzip"), "Content-Encoding"))
        .isEqualTo("gzip");
    assertThat(header(ask("GET", "/console/", "Accept-Encoding: gzip;q=0"), "Content-Encoding"))
        .isEmpty();
    for (String path :
        List.of(
            "/console/../HttpServer.class",
            "/console/%2e%2e/HttpServer.class",
            "/console/files.txt",
            "/console//index.html",
            "/console/none")) {
      assertThat(ask("GET", path)).as(path).startsWith("HTTP/1.1 404");
    }
  }

  /** It works below any path of a proxy. */
  @Test
  void linksOfTheConsoleAreRelative() throws IOException {
    start(HttpOptions.Browsers.DEFAULTS);
    assertThat(ask("GET", "/console/")).doesNotContain("href=\"/").doesNotContain("src=\"/");
  }

  @Test
  void theConsoleCanBeSwitchedOff() throws IOException {
    start(new HttpOptions.Browsers(List.of(), List.of(), false));
    assertThat(ask("GET", "/console/")).startsWith("HTTP/1.1 404");
    assertThat(ask("GET", "/")).startsWith("HTTP/1.1 404");
  }

  @Test
  void pagesOfOtherServersAreKeptOut() throws IOException {
    start(HttpOptions.Browsers.DEFAULTS);
    assertThat(ask("GET", "/healthz", "Origin: https://evil.example")).startsWith("HTTP/1.1 403");
    assertThat(ask("GET", "/healthz", "Origin: null")).startsWith("HTTP/1.1 403");
    assertThat(ask("GET", "/healthz", "Host: evil.example")).startsWith("HTTP/1.1 421");
    assertThat(ask("GET", "/healthz", "Host: evil.example:7701")).startsWith("HTTP/1.1 421");
    assertThat(ask("GET", "/healthz", "Host: 127.0.0.1.evil.example")).startsWith("HTTP/1.1 421");
    for (String host :
        List.of("localhost", "LOCALHOST:1", "127.0.0.1:7701", "[::1]:7701", "10.0.0.1")) {
      assertThat(ask("GET", "/healthz", "Host: " + host)).as(host).startsWith("HTTP/1.1 200");
    }
    assertThat(ask("GET", "/healthz", "Origin: http://localhost:" + server.port()))
        .startsWith("HTTP/1.1 200");
    assertThat(ask("GET", "/healthz", "Host: localhost", "Origin: https://localhost"))
        .startsWith("HTTP/1.1 200");
    assertThat(
            ask(
                "OPTIONS",
                "/v1/x",
                "Origin: https://evil.example",
                "Access-Control-Request-Method: POST"))
        .startsWith("HTTP/1.1 403");
  }

  @Test
  void pagesThatAreAllowedMayCall() throws IOException {
    start(
        new HttpOptions.Browsers(List.of("https://good.example"), List.of("siskin.example"), true));
    String answer = ask("GET", "/healthz", "Origin: https://good.example");
    assertThat(header(answer, "Access-Control-Allow-Origin")).isEqualTo("https://good.example");
    assertThat(header(answer, "Vary")).contains("Origin");
    String preflight =
        ask(
            "OPTIONS",
            "/v1/collections",
            "Origin: https://good.example",
            "Access-Control-Request-Method: POST");
    assertThat(preflight).startsWith("HTTP/1.1 204");
    assertThat(header(preflight, "Access-Control-Allow-Headers"))
        .contains("Content-Type")
        .contains("authorization")
        .contains("X-Timeout-Millis");
    assertThat(ask("GET", "/healthz", "Host: siskin.example")).startsWith("HTTP/1.1 200");
    assertThat(ask("GET", "/healthz", "Host: other.example")).startsWith("HTTP/1.1 421");
    assertThat(ask("GET", "/healthz", "Origin: https://good.example.evil"))
        .startsWith("HTTP/1.1 403");
  }

  @Test
  void optionsAreChecked() {
    assertThatThrownBy(() -> new HttpOptions.Browsers(List.of("good.example"), List.of(), true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("good.example");
    assertThatThrownBy(() -> new HttpOptions.Browsers(List.of(), List.of("a:1"), true))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new HttpOptions.Limits(1, 1, 1 << 10, 8, 2 << 20, 1 << 20, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("http held bytes");
    assertThatThrownBy(() -> HttpOptions.DEFAULTS.at("x", 70_000))
        .isInstanceOf(InvalidInputException.class);
  }
}
