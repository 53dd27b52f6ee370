package io.siskin.loadtest.load.scenario;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.siskin.index.error.InvalidInputException;
import io.siskin.loadtest.load.schedule.Arrivals;
import io.siskin.loadtest.load.schedule.RateStage;
import io.siskin.loadtest.load.schedule.Share;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a scenario file, strictly. {@code docs/load-tests.md} lists all keys. */
public final class ScenarioYaml {
  private static final int VERSION = 1;
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)\\}");
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());

  private ScenarioYaml() {}

  private enum Kind {
    SEARCH,
    UPSERT,
    DELETE
  }

  /**
   * Reads a file. Relative paths in it are relative to its folder.
   *
   * @param file the file
   * @throws InvalidInputException when something in it is wrong, with the place, the value and what
   *     is allowed
   * @throws IOException when it cannot be read
   */
  public static Scenario read(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    return read(file.toString(), Files.readString(file), folder == null ? Path.of("") : folder);
  }

  /**
   * Reads the content of a file.
   *
   * @param name of the file, for errors
   * @param content its text
   * @param folder what relative paths are relative to
   * @throws InvalidInputException when something in it is wrong
   */
  static Scenario read(String name, String content, Path folder) {
    YamlKeys keys = new YamlKeys(name, tree(name, content));
    int version = keys.integer("version", 0);
    if (version != VERSION) {
      throw keys.wrong("version", version == 0 ? null : version, "1");
    }
    List<RateStage> stages = new ArrayList<>();
    for (YamlKeys stage : keys.list("load")) {
      stages.add(stage(stage));
    }
    List<Operation> operations = new ArrayList<>();
    for (YamlKeys operation : keys.list("operations")) {
      operations.add(operation(operation, folder));
    }
    String metrics = keys.textOrNull("metrics");
    Scenario scenario =
        keys.made(
            () ->
                new Scenario(
                    keys.text("target", Scenario.TARGET_DEFAULT),
                    metrics == null ? null : uri(metrics),
                    keys.choice("arrivals", Arrivals.values(), Arrivals.POISSON),
                    keys.wide("seed", 1),
                    keys.integer("connections", Scenario.CONNECTIONS_DEFAULT),
                    keys.integer("deadline_millis", Scenario.DEADLINE_MILLIS_DEFAULT),
                    keys.number("warm_up_seconds", Scenario.WARM_UP_SECONDS_DEFAULT),
                    keys.integer("in_flight_max", Scenario.IN_FLIGHT_MAX_DEFAULT),
                    stages,
                    operations));
    keys.finish();
    return scenario;
  }

  /**
   * Reads the address of a page of metrics.
   *
   * @param text for example {@code http://localhost:9700/metrics}
   * @throws InvalidInputException when it is no such address
   */
  public static URI uri(String text) {
    try {
      URI uri = URI.create(text);
      if ("http".equals(uri.getScheme()) && uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException malformed) {
      throw noAddress(text, malformed);
    }
    throw noAddress(text, null);
  }

  private static InvalidInputException noAddress(String text, @Nullable Exception cause) {
    InvalidInputException error =
        new InvalidInputException(
            "metrics", text, "an address such as http://localhost:9700/metrics");
    if (cause != null) {
      error.addSuppressed(cause);
    }
    return error;
  }

  private static JsonNode tree(String name, String content) {
    try {
      return YAML.readTree(content);
    } catch (JsonProcessingException malformed) {
      String reason = malformed.getOriginalMessage().lines().findFirst().orElse("");
      throw new InvalidInputException("content", "not YAML", "a YAML mapping; " + reason)
          .at(name + ":" + malformed.getLocation().getLineNr());
    }
  }

  private static RateStage stage(YamlKeys keys) {
    double seconds = keys.number("seconds", null);
    boolean isRamp = keys.has("from") || keys.has("to");
    double from = keys.number(isRamp ? "from" : "rate", null);
    double to = isRamp ? keys.number("to", null) : from;
    if (isRamp && keys.has("rate")) {
      throw keys.wrong("rate", from, "either rate, or from and to");
    }
    keys.has("rate");
    keys.finish();
    return keys.made(() -> new RateStage(from, to, seconds, true));
  }

  private static Operation operation(YamlKeys keys, Path folder) {
    Kind kind = keys.choice("kind", Kind.values(), null);
    String name = keys.text("name", kind.name().toLowerCase(java.util.Locale.ROOT));
    Operation operation =
        keys.made(
            () ->
                switch (kind) {
                  case SEARCH -> search(keys, name, folder);
                  case UPSERT ->
                      new Operation.Upsert(
                          name,
                          share(keys),
                          keys.text("collection", null),
                          keys.text("tenant", ""),
                          keys.flag("stream"),
                          folder.resolve(keys.text("documents", null)),
                          keys.text("id_prefix", ""),
                          keys.integer("batch", 1));
                  case DELETE ->
                      new Operation.Delete(
                          name,
                          share(keys),
                          keys.text("collection", null),
                          keys.text("tenant", ""),
                          folder.resolve(keys.text("documents", null)),
                          keys.text("id_prefix", ""),
                          keys.integer("batch", 1));
                });
    keys.finish();
    return operation;
  }

  private static Operation search(YamlKeys keys, String name, Path folder) {
    String filter = keys.textOrNull("filter");
    Map<String, List<String>> values = keys.textLists("values");
    checkPlaceholders(keys, filter, values);
    return new Operation.Search(
        name,
        share(keys),
        keys.text("collection", null),
        keys.text("tenant", ""),
        keys.flag("stream"),
        folder.resolve(keys.text("queries", null)),
        keys.choice("form", Operation.QueryForm.values(), Operation.QueryForm.ANY),
        keys.flag("unique"),
        keys.integer("k", 10),
        keys.has("recall_target") ? (Double) keys.number("recall_target", null) : null,
        filter,
        values,
        keys.texts("fields"));
  }

  private static void checkPlaceholders(
      YamlKeys keys, @Nullable String filter, Map<String, List<String>> values) {
    List<String> used = new ArrayList<>();
    Matcher placeholder = PLACEHOLDER.matcher(filter == null ? "" : filter);
    while (placeholder.find()) {
      used.add(placeholder.group(1));
      if (!values.containsKey(placeholder.group(1))) {
        throw keys.wrong("filter", filter, "placeholders that values has: " + values.keySet());
      }
    }
    for (String name : values.keySet()) {
      if (!used.contains(name)) {
        throw keys.wrong("values", name, "names that the filter has as {name}");
      }
    }
  }

  private static Share share(YamlKeys keys) {
    if (keys.has("weight") && keys.has("per_second")) {
      throw keys.wrong("per_second", "set beside weight", "either weight or per_second");
    }
    return keys.has("per_second")
        ? new Share.Beside(keys.number("per_second", null))
        : new Share.Weight(keys.number("weight", 1.0));
  }
}
