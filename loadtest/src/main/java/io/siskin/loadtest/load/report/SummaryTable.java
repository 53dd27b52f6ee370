package io.siskin.loadtest.load.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The results of a load as a table for a terminal. */
public final class SummaryTable {
  private static final List<String> HEAD =
      List.of(
          "step",
          "operation",
          "asked/s",
          "sent/s",
          "in time/s",
          "p50 ms",
          "p90 ms",
          "p99 ms",
          "p99.9 ms",
          "max ms",
          "late %",
          "not OK");

  private SummaryTable() {}

  /**
   * Returns the table, and below it what is to be known before it is believed.
   *
   * @param result the results of a load
   */
  public static String of(JsonNode result) {
    TextTable table = new TextTable(2, HEAD);
    for (JsonNode step : result.path("steps")) {
      List<String> cells = new ArrayList<>();
      cells.add(step.path("step").asText());
      cells.add(step.path("operation").asText());
      cells.add("%.1f".formatted(step.path("asked_per_second").asDouble()));
      cells.add("%.1f".formatted(step.path("sent_per_second").asDouble()));
      cells.add("%.1f".formatted(step.path("in_time_per_second").asDouble()));
      for (String percentile : Latencies.PERCENTILES.keySet()) {
        boolean isEmpty = step.path("answered").asLong() == 0;
        double millis = step.path("latency_millis").path(percentile).asDouble();
        cells.add(isEmpty ? "-" : "%.2f".formatted(millis));
      }
      double sent = Math.max(1, step.path("sent").asDouble());
      cells.add("%.2f".formatted(100 * step.path("sent_late").asDouble() / sent));
      cells.add(failures(step.path("statuses")));
      table.add(cells);
    }
    StringBuilder text = new StringBuilder(table.toString());
    text.append(
        "\nLatencies count from when a call was due. In time: OK within %d ms of that. Late: sent more than 1 ms after it.\n"
            .formatted(result.path("scenario").path("deadline_millis").asLong()));
    for (JsonNode fault : result.path("generator").path("faults")) {
      text.append("The generator held the load back: ").append(fault.asText()).append('\n');
    }
    return text.toString();
  }

  private static String failures(JsonNode statuses) {
    List<String> words = new ArrayList<>();
    for (Map.Entry<String, JsonNode> one : statuses.properties()) {
      if (!one.getKey().equals("OK")) {
        words.add(one.getKey() + " " + one.getValue().asText());
      }
    }
    return words.isEmpty() ? "0" : String.join(", ", words);
  }
}
