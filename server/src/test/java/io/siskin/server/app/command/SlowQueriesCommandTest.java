package io.siskin.server.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.client.CallerInfo;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchMode;
import io.siskin.client.SearchRequest;
import io.siskin.client.ServerInfo;
import io.siskin.client.SlowQuery;
import io.siskin.server.app.CapturedRun;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.observe.AccessLogOptions;
import io.siskin.server.observe.SlowQueryOptions;
import io.siskin.server.rpc.FakeBackends;
import io.siskin.server.rpc.FakeRetriever;
import io.siskin.server.rpc.FakeTextEncoders;
import io.siskin.server.rpc.GrpcServer;
import io.siskin.server.rpc.GrpcServerOptions;
import io.siskin.server.rpc.observe.Observation;
import io.siskin.server.rpc.service.CallerRights;
import io.siskin.server.rpc.service.ServerFacts;
import io.siskin.server.trace.TraceOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the Java client and the command tell of a server and its slow searches. */
@Timeout(120)
final class SlowQueriesCommandTest {
  private final FakeRetriever retriever = new FakeRetriever();
  private Observation observation;
  private GrpcServer server;
  private SearchClient client;
  private String address;

  @BeforeEach
  void serve() throws IOException {
    observation =
        Observation.start(
            AccessLogOptions.DEFAULTS,
            SlowQueryOptions.DEFAULTS.withLimitMillis(1),
            TraceOptions.DEFAULTS,
            () -> {
              throw new AssertionError("there is no access log");
            });
    server =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).build(),
            FakeBackends.of(retriever, FakeTextEncoders.NONE),
            new ServerFacts("1.2.3", Instant.ofEpochSecond(1_800_000_000, 7_000), "scalar"),
            CallerRights.EVERYBODY,
            observation);
    address = "127.0.0.1:" + server.port();
    client = SearchClient.connect(address);
  }

  @AfterEach
  void stop() {
    client.close();
    assertThat(server.shutdown(Duration.ofSeconds(10))).isTrue();
    observation.close();
  }

  @Test
  void theClientTellsWhatTheServerIs() {
    assertThat(client.serverClient().server())
        .isEqualTo(
            new ServerInfo("1.2.3", Instant.ofEpochSecond(1_800_000_000, 7_000), "scalar", false));
    assertThat(client.serverClient().caller())
        .isEqualTo(
            new CallerInfo(
                "", List.of(new CallerInfo.Grant(CallerInfo.Role.ADMIN, List.of("*"))), null));
  }

  @Test
  void slowSearchesAreTold() throws Exception {
    assertThat(CapturedRun.of("slow-queries", "-t", address).out()).isEqualTo("no slow searches\n");
    retriever.waitBeforeAnswers(Duration.ofMillis(3));
    client.search(SearchRequest.text("books", "a \u001b[2J moth").withK(4));
    client.search(SearchRequest.text("birds", "kite"));
    SlowQuery query = client.serverClient().slowQueries("books", 10).getFirst();
    assertThat(query.text()).isEqualTo("a \u001b[2J moth");
    assertThat(query.k()).isEqualTo(4);
    assertThat(query.mode()).isInstanceOf(SearchMode.Clustered.class);
    assertThat(query.hitCount()).isEqualTo(1);
    assertThat(query.timings().totalNanos()).isGreaterThan(3_000_000);
    assertThat(query.counters().postingsScored()).isEqualTo(6);
    CapturedRun all = CapturedRun.of("slow-queries", "-t", address);
    assertThat(all.status()).isEqualTo(ExitStatus.OK);
    assertThat(all.out().lines()).hasSize(2);
    assertThat(all.out()).contains("birds", "kite", "1 hits").doesNotContain("\u001b");
    CapturedRun json = CapturedRun.of("slow-queries", "-t", address, "books", "--json");
    JsonNode line = new ObjectMapper().readTree(json.out());
    assertThat(line.get("text").asText()).isEqualTo("a \u001b[2J moth");
    assertThat(line.get("timings").get("searchNanos").asLong()).isEqualTo(22);
    assertThat(CapturedRun.of("slow-queries", "-t", address, "-n", "1").out().lines()).hasSize(1);
  }

  @Test
  void countsAreChecked() {
    assertThat(CapturedRun.of("slow-queries", "-t", address, "-n", "0").err())
        .contains("--count", "1 to 1000");
    assertThatThrownBy(() -> client.serverClient().slowQueries("", 1_001))
        .isInstanceOf(SearchException.InvalidRequest.class)
        .hasMessageContaining("page_size");
  }
}
