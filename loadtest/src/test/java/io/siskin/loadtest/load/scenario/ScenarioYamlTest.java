package io.siskin.loadtest.load.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.loadtest.load.schedule.Arrivals;
import io.siskin.loadtest.load.schedule.RateStage;
import io.siskin.loadtest.load.schedule.Share;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks what a scenario file means, and what is said of a wrong one. */
final class ScenarioYamlTest {
  private static final String OPERATION =
      "operations: [{kind: search, collection: c, queries: q.csr}]";

  private static Scenario read(String content) {
    return ScenarioYaml.read("file.yaml", content, Path.of("folder"));
  }

  @Test
  void everyKeyIsRead() {
    Scenario scenario =
        read(
            """
            version: 1
            target: example:1
            metrics: http://example:2/metrics
            arrivals: fixed
            seed: 12345678901
            connections: 7
            deadline_millis: 250
            warm_up_seconds: 0.5
            in_flight_max: 99
            load:
              - {rate: 500, seconds: 10}
              - {from: 100, to: 5000, seconds: 60}
            operations:
              - name: vectors
                kind: search
                weight: 3
                collection: base
                tenant: me
                stream: true
                queries: queries.csr
                form: vector
                unique: true
                k: 20
                recall_target: 0.95
                filter: year >= {year}
                values: {year: [2001, 2002]}
                fields: [title]
              - kind: upsert
                per_second: 40
                collection: base
                documents: base.csr
                id_prefix: new-
                batch: 10
              - kind: delete
                per_second: 2
                collection: base
                documents: /base.csr
            """);
    assertThat(scenario.target()).isEqualTo("example:1");
    assertThat(scenario.metrics()).isEqualTo(URI.create("http://example:2/metrics"));
    assertThat(scenario.arrivals()).isEqualTo(Arrivals.FIXED);
    assertThat(scenario.seed()).isEqualTo(12_345_678_901L);
    assertThat(scenario.connections()).isEqualTo(7);
    assertThat(scenario.deadlineMillis()).isEqualTo(250);
    assertThat(scenario.inFlightMax()).isEqualTo(99);
    assertThat(scenario.stages())
        .containsExactly(RateStage.constant(500, 10), new RateStage(100, 5_000, 60, true));
    assertThat(scenario.operations())
        .containsExactly(
            new Operation.Search(
                "vectors",
                new Share.Weight(3),
                "base",
                "me",
                true,
                Path.of("folder/queries.csr"),
                Operation.QueryForm.VECTOR,
                true,
                20,
                0.95,
                "year >= {year}",
                Map.of("year", List.of("2001", "2002")),
                List.of("title")),
            new Operation.Upsert(
                "upsert",
                new Share.Beside(40),
                "base",
                "",
                false,
                Path.of("folder/base.csr"),
                "new-",
                10),
            new Operation.Delete(
                "delete", new Share.Beside(2), "base", "", Path.of("/base.csr"), "", 1));
    assertThat(scenario.profile().stages().getFirst())
        .isEqualTo(new RateStage(500, 500, 0.5, false));
  }

  @Test
  void whatIsLeftOutHasDefaults() {
    Scenario scenario = read("version: 1\n" + OPERATION);
    assertThat(scenario.target()).isEqualTo("localhost:7700");
    assertThat(scenario.metrics()).isNull();
    assertThat(scenario.arrivals()).isEqualTo(Arrivals.POISSON);
    assertThat(scenario.operations().getFirst().name()).isEqualTo("search");
    assertThatThrownBy(scenario::profile)
        .hasMessage(
            "load is missing; allowed: a list of stages in the scenario, or --rate, --ramp or"
                + " --steps");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "operations: []" + " | file.yaml: version is missing; allowed: 1",
        "version: 2" + " | file.yaml: version is 2; allowed: 1",
        "version: 1" + " | file.yaml: operations is 0; allowed: 1 to 64",
        "[1, 2]" + " | file.yaml: content is [1,2]; allowed: a mapping",
        "{version: 1, conections: 3, OP}"
            + " | file.yaml: key is conections; allowed: one of version, load, operations, metrics,"
            + " target, arrivals, seed, connections, deadline_millis, warm_up_seconds,"
            + " in_flight_max",
        "{version: 1, connections: 0, OP}" + " | file.yaml: connections is 0; allowed: 1 to 1000",
        "{version: 1, connections: many, OP}"
            + " | file.yaml: connections is \"many\"; allowed: a whole number",
        "{version: 1, warm_up_seconds: -0.5, OP}"
            + " | file.yaml: warm_up_seconds is -0.5; allowed: 0 to 3600",
        "{version: 1, arrivals: random, OP}"
            + " | file.yaml: arrivals is \"random\"; allowed: one of fixed, poisson",
        "{version: 1, metrics: here, OP}"
            + " | file.yaml: metrics is here; allowed: an address such as"
            + " http://localhost:9700/metrics",
        "{version: 1, load: [{rate: 5}], OP}"
            + " | file.yaml: load[0]: seconds is missing; allowed: a number",
        "{version: 1, load: [{rate: 5, seconds: 1}, {rate: -5, seconds: 1}], OP}"
            + " | file.yaml: load[1]: rate is -5.0; allowed: 0 to 1000000 calls a second",
        "{version: 1, load: [{rate: 5, from: 1, to: 2, seconds: 1}], OP}"
            + " | file.yaml: load[0]: rate is 1.0; allowed: either rate, or from and to",
        "{version: 1, operations: [{kind: seek}]} | file.yaml: operations[0]: kind is \"seek\";"
            + " allowed: one of search, upsert, delete",
        "{version: 1, operations: [{kind: search, queries: q}]}"
            + " | file.yaml: operations[0]: collection is missing; allowed: a text",
        "{version: 1, operations: [{kind: search, collection: c, queries: q, k: 0}]}"
            + " | file.yaml: operations[0]: k is 0; allowed: a whole number from 1 to 10000",
        "{version: 1, operations: [{kind: search, collection: c, queries: q, weight: 0}]}"
            + " | file.yaml: operations[0]: weight is 0.0; allowed: above 0 to 1000000",
        "{version: 1, operations: [{kind: search, collection: c, queries: q, recall_target: 2}]}"
            + " | file.yaml: operations[0]: recall_target is 2.0; allowed: above 0 to 1",
        "{version: 1, operations: [{kind: search, collection: c, queries: q, filter: 'a={b}'}]}"
            + " | file.yaml: operations[0]: filter is a={b}; allowed: placeholders that values"
            + " has: []",
        "{version: 1, operations: [{kind: search, collection: c, queries: q, values: {b: [1]}}]}"
            + " | file.yaml: operations[0]: values is b; allowed: names that the filter has as"
            + " {name}",
        "{version: 1, operations: [{kind: search, collection: c, queries: q, weight: 1,"
            + " per_second: 1}]}"
            + " | file.yaml: operations[0]: per_second is set beside weight; allowed: either weight"
            + " or per_second",
        "{version: 1, operations: [{kind: upsert, collection: c, documents: d, per_second: 1}]}"
            + " | file.yaml: operations is all with per_second; allowed: at least one with a"
            + " weight, which the load is of",
        "{version: 1, operations: [{kind: delete, collection: c, documents: d, batch: 10001}]} |"
            + " file.yaml: operations[0]: batch is 10001; allowed: a whole number from 1 to 10000",
        "{version: 1, operations: [{kind: search, collection: c, queries: q}, {kind: search,"
            + " collection: c, queries: q}]}"
            + " | file.yaml: name is search; allowed: each name once"
      })
  void whatIsWrongIsNamedWithItsPlaceAndWhatIsAllowed(String content, String message) {
    String yaml = content.replace("OP", OPERATION);
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(message);
  }

  @Test
  void aFileThatIsNoYamlIsNamedWithItsLine() {
    assertThatThrownBy(() -> read("version: 1\nload: [\n"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("file.yaml:2: content is not YAML; allowed: a YAML mapping");
    assertThatThrownBy(() -> read("version: 1\nversion: 1\n"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("Duplicate");
  }

  @Test
  void ratesAreReadAsTheyAreWritten() {
    assertThat(RateText.ramp("100..5000/60s")).isEqualTo(new RateStage(100, 5_000, 60, true));
    assertThat(RateText.steps("500,1000.5", 3))
        .containsExactly(RateStage.constant(500, 3), RateStage.constant(1_000.5, 3));
    assertThatThrownBy(() -> RateText.ramp("100-500/6"))
        .hasMessage("--ramp is 100-500/6; allowed: FROM..TO/SECONDSs, for example 100..5000/60s");
    assertThatThrownBy(() -> RateText.steps("1,,2", 3))
        .hasMessage(
            "--steps is 1,,2; allowed: calls a second with commas between, for example"
                + " 500,1000,2000");
  }
}
