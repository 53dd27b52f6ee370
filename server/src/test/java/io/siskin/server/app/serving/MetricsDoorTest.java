package io.siskin.server.app.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.access.ApiKey;
import io.siskin.server.access.AttemptLimit;
import io.siskin.server.access.Grant;
import io.siskin.server.access.KeyFile;
import io.siskin.server.access.KeyText;
import io.siskin.server.access.Role;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.config.ServerConfig;
import io.siskin.server.http.HttpOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may see metrics, on both ports that show them, and what becomes of those who may not. */
@Timeout(120)
class MetricsDoorTest {
  @TempDir private Path data;
  private final HttpClient client = HttpClient.newHttpClient();
  private String readAll;
  private String readBirds;
  private String expired;
  private ServerSecurity security;
  private SearchServer server;

  @BeforeEach
  void start() throws Exception {
    readAll = create(null, new Grant(Role.READ, List.of(Grant.ALL)));
    readBirds = create(null, new Grant(Role.ADMIN, List.of("birds")));
    expired = create(Instant.now().minusSeconds(1), new Grant(Role.READ, List.of(Grant.ALL)));
    ServerConfig config =
        ServerConfig.of(Map.of("data.dir", data.toString(), "grpc.port", "0", "http.port", "0"));
    security = ServerSecurity.open(config);
    server =
        SearchServer.listen(
            new DataDirectory(data),
            ServerParts.options(config),
            new BatchedModels(
                (directory, ref) -> {
                  throw new AssertionError("there are no models");
                },
                BatchingOptions.DEFAULTS,
                new EncodingCache(0)),
            ServerParts.rankers(config),
            security);
    server.showMetrics("127.0.0.1", 0);
    server.serveHttp(HttpOptions.DEFAULTS.at("127.0.0.1", 0), true);
    server.open();
  }

  @AfterEach
  void stop() {
    server.close();
    security.close();
    client.close();
  }

  private String create(@Nullable Instant expires, Grant grant) throws Exception {
    KeyText text = KeyText.create(new SecureRandom());
    ApiKey key = ApiKey.of(text, "", List.of(grant), Instant.now().minusSeconds(9), expires);
    KeyFile.change(
        data.resolve(KeyFile.NAME),
        all -> {
          all.put(key.id(), key);
          return all;
        });
    return text.reveal();
  }

  private HttpResponse<String> get(int port, String path, @Nullable String key) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private int refusals(String reason) throws Exception {
    String page = get(server.metricsPort(), "/metrics", readAll).body();
    String name = "siskin_access_refusals_total{reason=\"" + reason + "\"} ";
    int at = page.indexOf(name);
    assertThat(at).as(page).isPositive();
    return (int) Double.parseDouble(page.substring(at + name.length(), page.indexOf('\n', at)));
  }

  @Test
  void refusalsSayWhyAndAreCounted() throws Exception {
    String unknown = KeyText.create(new SecureRandom()).reveal();
    for (int port : new int[] {server.metricsPort(), server.httpPort()}) {
      assertThat(get(port, "/metrics", readAll).statusCode()).isEqualTo(200);
      HttpResponse<String> none = get(port, "/metrics", null);
      assertThat(none.statusCode()).isEqualTo(401);
      assertThat(none.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
      assertThat(none.body()).contains("\"code\":16", "asks for a key");
      assertThat(get(port, "/metrics", "nonsense").body()).contains("siskin keys create");
      assertThat(get(port, "/metrics", unknown).body()).contains("not known");
      assertThat(get(port, "/metrics", expired).body()).contains("has expired");
      HttpResponse<String> forbidden = get(port, "/metrics", readBirds);
      assertThat(forbidden.statusCode()).isEqualTo(403);
      assertThat(forbidden.body()).contains("\"code\":7", "'read' is needed for all collections");
    }
    for (String reason : List.of("no_key", "malformed", "unknown", "expired", "forbidden")) {
      assertThat(refusals(reason)).as(reason).isEqualTo(2);
    }
  }

  @Test
  void failuresAreLimitedTogetherWithThoseOfCalls() throws Exception {
    for (int i = 0; i < AttemptLimit.FAILURES_MAX; i++) {
      int port = i % 2 == 0 ? server.metricsPort() : server.httpPort();
      assertThat(get(port, i % 3 == 0 ? "/metrics" : "/metrics?x=1", "wrong").statusCode())
          .isIn(401, 429);
    }
    // A window may have ended meanwhile on a slow machine. Then it takes more of them.
    HttpResponse<String> last;
    do {
      last = get(server.httpPort(), "/metrics", "wrong");
    } while (last.statusCode() == 401);
    assertThat(last.statusCode()).isEqualTo(429);
    assertThat(last.headers().firstValue("Retry-After"))
        .hasValue(Long.toString(AttemptLimit.WINDOW_SECONDS));
    assertThat(last.body()).contains("\"code\":8", "too many");
    // A valid key passes all the same.
    assertThat(get(server.httpPort(), "/metrics", readAll).statusCode()).isEqualTo(200);
    assertThat(refusals("too_many")).isPositive();
    assertThat(get(server.httpPort(), "/v1/caller", readAll).statusCode()).isEqualTo(200);
  }

  @Test
  void whatNeedsNoKeyAnswersTheSameForAnyKey() throws Exception {
    for (String path : List.of("/healthz", "/readyz", "/openapi.json", "/console/", "/nothing")) {
      HttpResponse<String> without = get(server.httpPort(), path, null);
      for (String key : List.of("wrong", expired, readAll)) {
        HttpResponse<String> with = get(server.httpPort(), path, key);
        assertThat(with.statusCode()).isEqualTo(without.statusCode());
        assertThat(with.body()).isEqualTo(without.body());
      }
    }
    for (String reason : List.of("no_key", "malformed", "expired")) {
      assertThat(refusals(reason)).as(reason).isZero();
    }
  }

  @Test
  void byDefaultThePortOfHttpShowsThemToThisMachineOnly() {
    assertThat(shows()).isTrue();
    assertThat(shows("http.host", "0.0.0.0")).isFalse();
    assertThat(shows("http.host", "0.0.0.0", "http.metrics", "true")).isTrue();
    assertThat(shows("http.metrics", "false")).isFalse();
  }

  private static boolean shows(String... pathsAndValues) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = 0; i < pathsAndValues.length; i += 2) {
      texts.put(pathsAndValues[i], pathsAndValues[i + 1]);
    }
    return ServerParts.showsMetrics(ServerConfig.of(texts).http());
  }

  @Test
  void connectionsOfBothListenersAreShown() throws Exception {
    String page = get(server.metricsPort(), "/metrics", readAll).body();
    assertThat(page)
        .containsPattern("siskin_http_connections\\{listener=\"metrics\"} [1-9]")
        .contains("siskin_http_connections{listener=\"http\"}")
        .contains("siskin_http_refused_connections_total{listener=\"http\",reason=\"address\"} 0")
        .contains("siskin_http_held_limit_bytes{listener=\"http\"} 2.68435456E8");
  }
}
