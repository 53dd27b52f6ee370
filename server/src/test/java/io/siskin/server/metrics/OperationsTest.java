package io.siskin.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The dashboard, the alerts and the questions of the documents name metrics and labels that exist.
 */
final class OperationsTest {
  private static final Path DOCS = Repository.root().resolve("docs");
  private static final Pattern ROW =
      Pattern.compile("^\\| `([a-z_]+)` \\| (\\w+) \\| ([^|]+) \\| [^|]+ \\|$", Pattern.MULTILINE);
  private static final Pattern QUESTION =
      Pattern.compile("^\\| [^|`]+ \\| `([^`]+)` \\|$", Pattern.MULTILINE);
  private static final Pattern METRIC =
      Pattern.compile("\\b((?:siskin|jvm|process)_[a-z_]+|up)\\b(?:\\{([^}]*)})?");
  private static final Pattern MATCHER = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)\\s*\"");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|without|on|ignoring)\\s*\\(([^)]*)\\)");

  /** What Prometheus adds to every series. */
  private static final Set<String> ADDED = Set.of("job", "instance");

  private static Map<String, Set<String>> series() throws IOException {
    Map<String, Set<String>> series = new HashMap<>();
    series.put("up", Set.of());
    for (MatchResult row :
        ROW.matcher(Files.readString(DOCS.resolve("metrics.md"))).results().toList()) {
      Set<String> labels = row.group(3).equals("–") ? Set.of() : Set.of(row.group(3).split(", "));
      String name = row.group(1);
      if (row.group(2).equals("histogram")) {
        Set<String> withBounds = new HashSet<>(labels);
        withBounds.add("le");
        series.put(name + "_bucket", withBounds);
        series.put(name + "_sum", labels);
        series.put(name + "_count", labels);
      } else {
        series.put(name, labels);
      }
    }
    assertThat(series).hasSizeGreaterThan(100);
    return series;
  }

  /** Returns what is wrong with an expression: metrics and labels that do not exist. */
  private static List<String> faults(String expression, Map<String, Set<String>> series) {
    List<String> faults = new ArrayList<>();
    Set<String> labels = new TreeSet<>();
    Matcher metric = METRIC.matcher(expression);
    boolean any = false;
    while (metric.find()) {
      any = true;
      Set<String> known = series.get(metric.group(1));
      if (known == null) {
        faults.add(metric.group(1));
        continue;
      }
      labels.addAll(known);
      if (metric.group(2) != null) {
        MATCHER
            .matcher(metric.group(2))
            .results()
            .map(matcher -> matcher.group(1))
            .filter(label -> !known.contains(label) && !ADDED.contains(label))
            .forEach(label -> faults.add(metric.group(1) + "{" + label + "}"));
      }
    }
    if (!any) {
      faults.add("no metric");
    }
    GROUPING
        .matcher(expression)
        .results()
        .flatMap(grouping -> Arrays.stream(grouping.group(1).split(",")))
        .map(String::strip)
        .filter(label -> !labels.contains(label) && !ADDED.contains(label))
        .forEach(label -> faults.add("by " + label));
    long open = expression.chars().filter(c -> c == '(').count();
    if (open != expression.chars().filter(c -> c == ')').count()) {
      faults.add("parentheses");
    }
    return faults;
  }

  private static List<String> dashboard() throws IOException {
    JsonNode root = new ObjectMapper().readTree(DOCS.resolve("operations/dashboard.json").toFile());
    List<String> expressions = new ArrayList<>();
    Set<Integer> ids = new HashSet<>();
    for (JsonNode panel : root.path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).isTrue();
      assertThat(panel.path("title").asText()).isNotEmpty();
      panel.path("targets").forEach(target -> expressions.add(target.path("expr").asText()));
    }
    return expressions;
  }

  private static List<JsonNode> alerts() throws IOException {
    List<JsonNode> alerts = new ArrayList<>();
    new YAMLMapper()
        .readTree(DOCS.resolve("operations/alerts.yml").toFile())
        .path("groups")
        .forEach(group -> group.path("rules").forEach(alerts::add));
    return alerts;
  }

  @Test
  void theDashboardShowsWhatThereIs() throws IOException {
    Map<String, Set<String>> series = series();
    assertThat(dashboard()).hasSizeGreaterThan(40);
    for (String expression : dashboard()) {
      assertThat(faults(expression, series)).as(expression).isEmpty();
    }
  }

  @Test
  void alertsWatchWhatThereIs() throws IOException {
    Map<String, Set<String>> series = series();
    assertThat(alerts()).hasSizeGreaterThan(10);
    for (JsonNode alert : alerts()) {
      String expression = alert.path("expr").asText();
      assertThat(faults(expression, series)).as(expression).isEmpty();
      assertThat(expression).as("it can be true or not").containsPattern("[<>]|== ");
      assertThat(alert.path("labels").path("severity").asText()).isIn("page", "ticket");
      assertThat(alert.path("annotations").path("summary").asText()).contains("$labels.instance");
    }
  }

  @Test
  void everyAlertIsExplained() throws IOException {
    String page = Files.readString(DOCS.resolve("operations/README.md"));
    Set<String> explained = new TreeSet<>();
    Pattern.compile("^\\| `(Siskin\\w+)` \\| [^|]+ \\| [^|]+ \\|$", Pattern.MULTILINE)
        .matcher(page)
        .results()
        .forEach(row -> explained.add(row.group(1)));
    Set<String> written = new TreeSet<>();
    for (JsonNode alert : alerts()) {
      written.add(alert.path("alert").asText());
    }
    assertThat(explained).isEqualTo(written);
  }

  @Test
  void theQuestionsAskForWhatThereIs() throws IOException {
    Map<String, Set<String>> series = series();
    List<String> questions =
        QUESTION
            .matcher(Files.readString(DOCS.resolve("metrics.md")))
            .results()
            .map(row -> row.group(1))
            .filter(expression -> expression.contains("_total") || expression.contains("("))
            .toList();
    assertThat(questions).hasSizeGreaterThan(10);
    for (String expression : questions) {
      assertThat(faults(expression, series)).as(expression).isEmpty();
    }
  }

  @Test
  void faultsAreFound() throws IOException {
    Map<String, Set<String>> series = series();
    assertThat(faults("rate(siskin_nothing_total[5m])", series))
        .containsExactly("siskin_nothing_total");
    assertThat(faults("siskin_admission_threads{collection=\"a\"}", series)).hasSize(1);
    assertThat(faults("sum by (collection) (siskin_admission_threads)", series)).hasSize(1);
    assertThat(faults("sum(siskin_admission_threads", series)).containsExactly("parentheses");
    assertThat(faults("1", series)).containsExactly("no metric");
    assertThat(faults("siskin_search_duration_seconds", series)).hasSize(1);
  }
}
