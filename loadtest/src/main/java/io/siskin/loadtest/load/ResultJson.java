package io.siskin.loadtest.load;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.loadtest.load.report.LoadResult;
import io.siskin.loadtest.load.scenario.Operation;
import io.siskin.loadtest.load.scenario.Scenario;
import io.siskin.loadtest.load.schedule.RateProfile;
import io.siskin.loadtest.load.schedule.Share;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** The file of results. */
final class ResultJson {
  /** The version of the file's form. */
  static final int FORMAT = 1;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          // Numbers are read as they were written, so that no report has other ones.
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
          .build();

  private ResultJson() {}

  /**
   * Returns the results of a load.
   *
   * @param scenario what was asked for
   * @param profile the rate over time, with its warm-up
   * @param finished what became of it
   * @param began when it began
   * @param loadAverage that of the machine before it; below 0 when it is not known
   */
  static ObjectNode of(
      Scenario scenario,
      RateProfile profile,
      LoadRun.Finished finished,
      Instant began,
      double loadAverage) {
    LoadResult summed = result(scenario, profile, finished);
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("format", FORMAT);
    result.put("began", began.truncatedTo(ChronoUnit.SECONDS).toString());
    result.set("machine", machine(loadAverage));
    result.set("scenario", describe(scenario));
    result.set("stages", summed.stages());
    result.set("steps", summed.steps());
    result.set("series", summed.series());
    result.set("server", server(finished));
    ObjectNode generator = result.putObject("generator");
    generator.put("sender_cpu_share", rounded(finished.senderCpuShare()));
    generator.put("cpu_cores", rounded(finished.processCpuCores()));
    ArrayNode faults = generator.putArray("faults");
    summed.faults(finished.senderCpuShare()).forEach(faults::add);
    return result;
  }

  /** Returns what became of the calls, to be summed up. */
  static LoadResult result(Scenario scenario, RateProfile profile, LoadRun.Finished finished) {
    List<String> names = scenario.operations().stream().map(Operation::name).toList();
    return new LoadResult(finished.log(), profile, names, scenario.deadlineMillis());
  }

  /** Returns the metrics of the server over time. */
  static ObjectNode server(LoadRun.Finished finished) {
    ObjectNode server = JsonNodeFactory.instance.objectNode();
    server.put("failed_scrapes", finished.failedScrapes());
    ArrayNode quantities = server.putArray("quantities");
    ArrayNode samples = server.putArray("samples");
    List<ServerSample> all = finished.samples();
    if (all.size() > 1) {
      for (ServerSample.Quantity quantity : ServerSample.QUANTITIES) {
        quantities.addObject().put("name", quantity.name()).put("unit", quantity.unit());
      }
    }
    for (int i = 1; i < all.size(); i++) {
      ObjectNode node = samples.addObject();
      node.put("second", rounded(all.get(i).second()));
      for (ServerSample.Quantity quantity : ServerSample.QUANTITIES) {
        double value = quantity.reader().read(all.get(i - 1), all.get(i));
        node.put(quantity.name(), rounded(value));
      }
    }
    return server;
  }

  private static BigDecimal rounded(double value) {
    BigDecimal brief =
        BigDecimal.valueOf(value).setScale(3, RoundingMode.HALF_UP).stripTrailingZeros();
    return brief.scale() < 0 ? brief.setScale(0) : brief;
  }

  private static ObjectNode machine(double loadAverage) {
    ObjectNode machine = JsonNodeFactory.instance.objectNode();
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("processor", processor());
    machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    machine.put("java", Runtime.version().toString());
    machine.put("load_average_before", rounded(loadAverage));
    machine.put("commit", System.getProperty("siskin.commit", "unknown"));
    return machine;
  }

  private static String processor() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse("unknown");
    } catch (IOException _) {
      return "unknown";
    }
  }

  /** Returns the load average of the last minute; below 0 when the system does not tell. */
  static double loadAverage() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static ObjectNode describe(Scenario scenario) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("target", scenario.target());
    node.put("metrics", String.valueOf(scenario.metrics()));
    node.put("arrivals", scenario.arrivals().name().toLowerCase(Locale.ROOT));
    node.put("seed", scenario.seed());
    node.put("connections", scenario.connections());
    node.put("deadline_millis", scenario.deadlineMillis());
    node.put("warm_up_seconds", rounded(scenario.warmUpSeconds()));
    node.put("in_flight_max", scenario.inFlightMax());
    ArrayNode operations = node.putArray("operations");
    scenario.operations().forEach(operation -> operations.add(describe(operation)));
    return node;
  }

  private static ObjectNode describe(Operation operation) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", operation.name());
    switch (operation.share()) {
      case Share.Weight(double weight) -> node.put("weight", rounded(weight));
      case Share.Beside(double perSecond) -> node.put("per_second", rounded(perSecond));
      case Share.None() -> node.put("weight", 0);
    }
    node.put("collection", operation.collection());
    node.put("tenant", operation.tenant());
    node.put("stream", operation.isStream());
    switch (operation) {
      case Operation.Search search -> {
        node.put("kind", "search");
        node.put("file", String.valueOf(search.queries().getFileName()));
        node.put("form", search.form().name().toLowerCase(Locale.ROOT));
        node.put("unique", search.isUnique());
        node.put("k", search.k());
        node.put("recall_target", String.valueOf(search.recallTarget()));
        node.put("filter", String.valueOf(search.filter()));
        search.fields().forEach(node.putArray("fields")::add);
      }
      case Operation.Upsert upsert -> {
        node.put("kind", "upsert");
        node.put("file", String.valueOf(upsert.documents().getFileName()));
        node.put("batch", upsert.batch());
      }
      case Operation.Delete delete -> {
        node.put("kind", "delete");
        node.put("file", String.valueOf(delete.documents().getFileName()));
        node.put("batch", delete.batch());
      }
    }
    return node;
  }

  /** Returns a tree as the text of a file, with line ends where people look for them. */
  static String text(JsonNode result) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(result) + "\n";
    } catch (JsonProcessingException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Returns a tree as one line. */
  static String line(JsonNode tree) {
    try {
      return JSON.writeValueAsString(tree);
    } catch (JsonProcessingException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /**
   * Reads a file of results.
   *
   * @param file the file
   * @throws InvalidInputException when it is none of this version
   * @throws IOException when it cannot be read
   */
  static JsonNode read(Path file) throws IOException {
    String text = Files.readString(file);
    JsonNode result;
    try {
      result = JSON.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw InvalidInputException.explained(
              "content", "not JSON", "a file that loadtest/load run --out has written", malformed)
          .at(file.toString());
    }
    if (result.path("format").asInt() != FORMAT) {
      throw new InvalidInputException("format", result.path("format"), "" + FORMAT)
          .at(file.toString());
    }
    return result;
  }
}
