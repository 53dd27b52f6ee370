package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.siskin.client.Health;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.index.store.Verification;
import io.siskin.server.app.serving.SearchServer;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.metrics.Scrape;
import io.siskin.server.testing.CapturedLog;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server as it is put together for users, whose files are damaged and repaired under it. */
@Timeout(120)
class DamagedCollectionTest {
  @TempDir private Path data;
  private final CapturedLog log = new CapturedLog("io.siskin.server");
  private SearchServer server;
  private SearchClient client;

  @BeforeEach
  void serve() throws IOException {
    TestCollections.index(data, "birds", "{\"id\": \"siskin\", \"text\": \"a small finch\"}\n");
    TestCollections.index(data, "fish", "{\"id\": \"pike\", \"text\": \"a finch of a fish\"}\n");
    server =
        SearchServer.listen(
            new DataDirectory(data),
            GrpcServerOptions.builder().port(0).build(),
            Verification.FULL,
            0,
            new BatchedModels(TextModels.NONE, BatchingOptions.DEFAULTS, new EncodingCache(0)));
    server.showMetrics("127.0.0.1", 0);
    server.open();
    client = SearchClient.connect(server.address());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    log.close();
  }

  private double damagedGauge(String collection) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + server.metricsPort() + "/metrics"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return Scrape.parse(response.body())
          .samples()
          .get("siskin_collection_damaged{collection=\"" + collection + "\"}");
    }
  }

  private void awaitHealth(Health wanted) {
    while (client.health("collections/birds") != wanted) {
      // Each check is a call, which leaves the server time enough.
      Thread.onSpinWait();
    }
  }

  @Test
  void damageIsToldEverywhereAndEndsWithTheRepair() throws Exception {
    assertThat(client.health("collections/birds")).isEqualTo(Health.SERVING);
    assertThat(damagedGauge("birds")).isZero();
    Path file = TestCollections.file(data, "birds", "documents.dat");
    byte[] content = Files.readAllBytes(file);
    // No search in between: the one who writes to the file is noticed by himself.
    TestCollections.invert(file, Files.size(file) - 100, 20);
    awaitHealth(Health.NOT_SERVING);

    assertThatThrownBy(() -> client.search(SearchRequest.text("birds", "finch")))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining("DATA_LOSS")
        .hasMessageContaining("'birds'");
    assertThat(client.collection("birds").damaged()).isTrue();
    assertThat(damagedGauge("birds")).isEqualTo(1);
    assertThat(damagedGauge("fish")).isZero();
    assertThat(client.health()).as("the server serves the others").isEqualTo(Health.SERVING);
    assertThat(client.health("collections/fish")).isEqualTo(Health.SERVING);
    assertThat(client.search(SearchRequest.text("fish", "finch")).hits()).hasSize(1);
    assertThat(log.lines(Level.ERROR)).singleElement().asString().contains("birds");

    TestCollections.overwrite(file, content);
    awaitHealth(Health.SERVING);
    assertThat(client.search(SearchRequest.text("birds", "finch")).hits()).hasSize(1);
    assertThat(client.collection("birds").damaged()).isFalse();
    assertThat(damagedGauge("birds")).isZero();
    assertThat(log.lines(Level.ERROR)).hasSize(1);
    assertThat(log.stackTraceCount()).isZero();
  }
}
