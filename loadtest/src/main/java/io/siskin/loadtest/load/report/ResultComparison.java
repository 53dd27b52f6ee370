package io.siskin.loadtest.load.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two results beside each other, step by step and operation by operation. */
public final class ResultComparison {
  private static final List<String> CONDITIONS =
      List.of("arrivals", "connections", "deadline_millis", "warm_up_seconds", "operations");
  private static final List<String> MACHINE = List.of("cores", "processor", "java");
  private static final List<String> TIMES = List.of("p50", "p90", "p99", "p99.9");

  private ResultComparison() {}

  /**
   * Returns a table with a row for each figure of the steps that both have, and before it what else
   * differs between the two.
   *
   * @param before the results that others are compared with
   * @param after the results that are compared
   */
  public static String of(JsonNode before, JsonNode after) {
    StringBuilder text = new StringBuilder();
    differences(text, "scenario", CONDITIONS, before, after);
    differences(text, "machine", MACHINE, before, after);
    TextTable table =
        new TextTable(3, List.of("step", "operation", "figure", "before", "after", "after/before"));
    int rows = 0;
    List<String> missing = new ArrayList<>();
    for (JsonNode one : before.path("steps")) {
      JsonNode other = sameStep(one, after);
      if (other == null) {
        missing.add(one.path("step").asText() + " " + one.path("operation").asText());
        continue;
      }
      rows++;
      for (String rate : List.of("asked_per_second", "in_time_per_second")) {
        add(table, one, rate, one.path(rate).asDouble(), other.path(rate).asDouble());
      }
      for (String time : TIMES) {
        double was = one.path("latency_millis").path(time).asDouble();
        add(table, one, time + " ms", was, other.path("latency_millis").path(time).asDouble());
      }
    }
    if (rows > 0) {
      text.append(table);
    }
    if (!missing.isEmpty()) {
      text.append("Only in the first: ").append(String.join("; ", missing)).append('\n');
    }
    return text.toString();
  }

  private static void add(TextTable table, JsonNode step, String figure, double was, double is) {
    table.add(
        List.of(
            step.path("step").asText(),
            step.path("operation").asText(),
            figure,
            "%.2f".formatted(was),
            "%.2f".formatted(is),
            was > 0 ? "%.3f".formatted(is / was) : "-"));
  }

  private static @Nullable JsonNode sameStep(JsonNode step, JsonNode result) {
    for (JsonNode one : result.path("steps")) {
      if (one.path("step").equals(step.path("step"))
          && one.path("operation").equals(step.path("operation"))) {
        return one;
      }
    }
    return null;
  }

  private static void differences(
      StringBuilder text, String part, List<String> names, JsonNode before, JsonNode after) {
    for (String name : names) {
      JsonNode was = before.path(part).path(name);
      JsonNode is = after.path(part).path(name);
      if (!was.equals(is)) {
        text.append(
            "Not the same conditions: %s %s was %s and is %s.\n".formatted(part, name, was, is));
      }
    }
  }
}
