package io.siskin.loadtest.load;

import io.grpc.Metadata;
import io.siskin.index.error.InvalidInputException;
import io.siskin.loadtest.load.scenario.Operation;
import io.siskin.loadtest.load.scenario.Operation.QueryForm;
import io.siskin.loadtest.load.scenario.RateText;
import io.siskin.loadtest.load.scenario.Scenario;
import io.siskin.loadtest.load.scenario.ScenarioYaml;
import io.siskin.loadtest.load.schedule.Arrivals;
import io.siskin.loadtest.load.schedule.RateStage;
import io.siskin.loadtest.load.schedule.Share;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The flags that say what is sent: either a scenario file, or one search. Flags about rates and the
 * server win over the file.
 */
final class ScenarioFlags {
  @Option(
      names = "--scenario",
      paramLabel = "FILE",
      description = "A YAML file that says what is sent (docs/load-tests.md).")
  @Nullable Path scenario;

  @Option(
      names = "--collection",
      paramLabel = "NAME",
      description = "Without a scenario: the collection to search.")
  @Nullable String collection;

  @Option(
      names = "--queries",
      paramLabel = "FILE",
      description = "Without a scenario: the queries, as .csr, JSON Lines or TSV.")
  @Nullable Path queries;

  @Option(
      names = "--form",
      paramLabel = "FORM",
      description =
          "Without a scenario: search with the vector or the text of a query. any takes the vector"
              + " if there is one (default any).")
  @Nullable QueryForm form;

  @Option(
      names = "--unique",
      description =
          "Without a scenario: put the number of the search behind each text, so that no cache has"
              + " its encoding.")
  boolean isUnique;

  @Option(names = "--k", description = "Without a scenario: hits of a search (default 10).")
  @Nullable Integer k;

  @Option(
      names = "--recall-target",
      paramLabel = "SHARE",
      description = "Without a scenario: above 0 to 1 (default: as the collection says).")
  @Nullable Double recallTarget;

  @Option(
      names = "--filter",
      paramLabel = "EXPRESSION",
      description = "Without a scenario: which documents qualify (docs/filters.md).")
  @Nullable String filter;

  @Option(names = "--stream", description = "Without a scenario: search over streams.")
  boolean isStream;

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      description = "The server (default " + Scenario.TARGET_DEFAULT + ").")
  @Nullable String target;

  @Option(
      names = "--metrics",
      paramLabel = "URL",
      description =
          "The server's page of metrics, for example http://localhost:9700/metrics (default: they"
              + " are not read).")
  @Nullable String metrics;

  @Option(
      names = "--header",
      paramLabel = "NAME=VALUE",
      description = "Sent with each call; repeatable.")
  Map<String, String> headers = Map.of();

  @Option(
      names = "--arrivals",
      paramLabel = "HOW",
      description = "fixed or poisson distances between calls (default poisson).")
  @Nullable Arrivals arrivals;

  @Option(names = "--seed", description = "Decides all that is random (default 1).")
  @Nullable Long seed;

  @Option(
      names = "--connections",
      description = "Connections, on which calls take turns (default 4).")
  @Nullable Integer connections;

  @Option(
      names = "--deadline-millis",
      paramLabel = "MILLIS",
      description = "How long a call may take (default 1000).")
  @Nullable Integer deadlineMillis;

  @Option(
      names = "--warm-up-seconds",
      paramLabel = "SECONDS",
      description = "How long the first rate is sent before calls count (default 5).")
  @Nullable Double warmUpSeconds;

  @Option(
      names = "--in-flight-max",
      paramLabel = "CALLS",
      description = "How many calls may be without an answer; more are not sent (default 20000).")
  @Nullable Integer inFlightMax;

  /**
   * Returns the scenario, with the rates of the file if the flags have none.
   *
   * @throws IOException when the file cannot be read
   */
  Scenario read() throws IOException {
    Scenario base = scenario == null ? ofFlags() : ofFile(scenario);
    return new Scenario(
        or(target, base.target()),
        metrics == null ? base.metrics() : ScenarioYaml.uri(metrics),
        or(arrivals, base.arrivals()),
        or(seed, base.seed()),
        or(connections, base.connections()),
        or(deadlineMillis, base.deadlineMillis()),
        or(warmUpSeconds, base.warmUpSeconds()),
        or(inFlightMax, base.inFlightMax()),
        base.stages(),
        base.operations());
  }

  /** Returns what is sent with each call. */
  Metadata metadata() {
    Metadata metadata = new Metadata();
    headers.forEach(
        (name, value) ->
            metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
    return metadata;
  }

  private static <T> T or(@Nullable T flag, T fallback) {
    return flag == null ? fallback : flag;
  }

  private Scenario ofFile(Path file) throws IOException {
    List<String> excluded = new ArrayList<>();
    if (collection != null) {
      excluded.add("--collection");
    }
    if (queries != null) {
      excluded.add("--queries");
    }
    if (form != null
        || k != null
        || recallTarget != null
        || filter != null
        || isStream
        || isUnique) {
      excluded.add("--form, --k, --recall-target, --filter, --stream or --unique");
    }
    if (!excluded.isEmpty()) {
      throw new InvalidInputException(
          "--scenario",
          "given with " + String.join(" and ", excluded),
          "one of the two: the scenario says what is searched");
    }
    return ScenarioYaml.read(file);
  }

  private Scenario ofFlags() {
    if (collection == null || queries == null) {
      throw new InvalidInputException(
          "--scenario", "missing", "a scenario, or --collection and --queries");
    }
    Operation search =
        new Operation.Search(
            "search",
            new Share.Weight(1),
            collection,
            "",
            isStream,
            queries,
            or(form, QueryForm.ANY),
            isUnique,
            or(k, 10),
            recallTarget,
            filter,
            Map.of(),
            List.of());
    return new Scenario(
        Scenario.TARGET_DEFAULT,
        null,
        Arrivals.POISSON,
        1,
        Scenario.CONNECTIONS_DEFAULT,
        Scenario.DEADLINE_MILLIS_DEFAULT,
        Scenario.WARM_UP_SECONDS_DEFAULT,
        Scenario.IN_FLIGHT_MAX_DEFAULT,
        List.of(),
        List.of(search));
  }

  /** The flags that say how many calls there are, and when. */
  static final class Rates {
    @Option(names = "--rate", paramLabel = "N", description = "Calls a second, all the time.")
    @Nullable Double rate;

    @Option(
        names = "--ramp",
        paramLabel = "FROM..TO/SECONDSs",
        description = "A rate that rises or falls evenly, for example 100..5000/60s.")
    @Nullable String ramp;

    @Option(
        names = "--steps",
        paramLabel = "N,N",
        description = "Rates, one after the other, each for --seconds.")
    @Nullable String steps;

    @Option(
        names = "--seconds",
        paramLabel = "SECONDS",
        description = "How long --rate and each of --steps is (default 30).")
    double seconds = 30;

    /**
     * Returns the stages that the flags ask for; none when there is no such flag.
     *
     * @throws InvalidInputException when there is more than one, or a value is out of range
     */
    List<RateStage> stages() {
      int given = (rate == null ? 0 : 1) + (ramp == null ? 0 : 1) + (steps == null ? 0 : 1);
      if (given > 1) {
        throw new InvalidInputException(
            "--rate, --ramp and --steps", "given together", "one of them");
      }
      if (rate != null) {
        return List.of(RateStage.constant(rate, seconds));
      }
      if (ramp != null) {
        return List.of(RateText.ramp(ramp));
      }
      return steps == null ? List.of() : RateText.steps(steps, seconds);
    }
  }
}
