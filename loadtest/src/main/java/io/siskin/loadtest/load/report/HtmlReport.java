package io.siskin.loadtest.load.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.loadtest.load.report.SvgPlot.Point;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The results of a load as one page: plots, and below them every number. It needs nothing but
 * itself: no script, no request, no font. It is a function of the results, so it can be made again
 * from their file.
 */
public final class HtmlReport {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --text: #1b1b1f; --dim: #5a5a66; --back: #fff; --grid: #dcdce4; --bad: #a40000;
        --c0: #0b62c4; --c1: #c2410c; --c2: #15803d; --c3: #9333ea; --c4: #b0820a; --c5: #0e7490; }
      @media (prefers-color-scheme: dark) { :root { --text: #e8e8ee; --dim: #a4a4b2; --back: #17171c; --grid: #34343e;
        --bad: #ff8a80; --c0: #6cb2ff; --c1: #ff9a62; --c2: #5fd38a; --c3: #c79bff; --c4: #f0c94a; --c5: #5ed3e6; } }
      body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); margin: 2rem auto;
        max-width: 1640px; padding: 0 1rem; }
      .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 560px), 1fr)); gap: 1rem 2rem; }
      figure { margin: 0; max-width: 800px; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; }
      svg text { font-size: 12px; fill: var(--dim); } .grid { stroke: var(--grid); }
      .legend { margin: 0; color: var(--dim); font-size: 13px; } path { fill: none; stroke-width: 1.8; }
      .fault { color: var(--bad); font-weight: 600; } .dim { color: var(--dim); }
      .scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
      th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--grid); text-align: right; white-space: nowrap; }
      th { color: var(--dim); font-weight: 600; } td.t, th.t { text-align: left; } summary { cursor: pointer; }
      .l0 { stroke: var(--c0); } .l1 { stroke: var(--c1); } .l2 { stroke: var(--c2); } .l3 { stroke: var(--c3); }
      .l4 { stroke: var(--c4); } .l5 { stroke: var(--c5); } .d0, .k0 { fill: var(--c0); color: var(--c0); }
      .d1, .k1 { fill: var(--c1); color: var(--c1); } .d2, .k2 { fill: var(--c2); color: var(--c2); }
      .d3, .k3 { fill: var(--c3); color: var(--c3); } .d4, .k4 { fill: var(--c4); color: var(--c4); }
      .d5, .k5 { fill: var(--c5); color: var(--c5); }
      """;

  private static final List<String> NINES = List.of("0", "90", "99", "99.9", "99.99", "99.999");

  private final JsonNode result;
  private final StringBuilder page = new StringBuilder();

  private HtmlReport(JsonNode result) {
    this.result = result;
  }

  /**
   * Returns the page.
   *
   * @param result the results of a load
   */
  public static String of(JsonNode result) {
    return new HtmlReport(result).write();
  }

  private String write() {
    String title = "Load of " + result.path("scenario").path("target").asText();
    page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.append(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src"
            + " 'unsafe-inline'\">\n");
    page.append("<title>").append(Html.escape(title)).append("</title>\n<style>\n");
    page.append(STYLE).append("</style>\n</head>\n<body>\n");
    page.append("<h1>").append(Html.escape(title)).append("</h1>\n");
    page.append("<p class=\"dim\">")
        .append(Html.escape(result.path("began").asText()))
        .append(
            ". Latencies count from the moment when a call was due. In time: the status OK within ")
        .append(result.path("scenario").path("deadline_millis").asText())
        .append(" ms of that moment.</p>\n");
    for (JsonNode fault : result.path("generator").path("faults")) {
      page.append("<p class=\"fault\">The generator held the load back: ")
          .append(Html.escape(fault.asText()))
          .append("</p>\n");
    }
    steps();
    page.append("<h2>Over time</h2>\n<div class=\"plots\">\n");
    result.path("series").forEach(this::overTime);
    server();
    page.append("</div>\n<h2>Distribution</h2>\n<div class=\"plots\">\n");
    curves();
    page.append("</div>\n<h2>All numbers</h2>\n");
    numbers();
    return page.append("</body>\n</html>\n").toString();
  }

  private void steps() {
    List<String> head =
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
            "sent late",
            "statuses");
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode step : result.path("steps")) {
      List<String> row = new ArrayList<>();
      for (String name :
          List.of(
              "step", "operation", "asked_per_second", "sent_per_second", "in_time_per_second")) {
        row.add(step.path(name).asText());
      }
      step.path("latency_millis").forEach(time -> row.add(time.asText()));
      row.add(step.path("sent_late").asText());
      List<String> statuses = new ArrayList<>();
      for (Map.Entry<String, JsonNode> one : step.path("statuses").properties()) {
        statuses.add(one.getKey() + " " + one.getValue().asText());
      }
      row.add(String.join(", ", statuses));
      rows.add(row);
    }
    table(head, rows, 2);
  }

  private void overTime(JsonNode series) {
    String operation = series.path("operation").asText();
    SvgPlot latency = new SvgPlot(operation + ": latency", "seconds", "ms", true);
    for (String percentile : Latencies.PERCENTILES.keySet()) {
      latency.line(percentile, points(series, "latency_millis", percentile));
    }
    page.append(latency.svg());
    SvgPlot rate = new SvgPlot(operation + ": calls a second", "seconds", "calls/s", false);
    rate.line("asked", points(series, "asked"));
    rate.line("sent", points(series, "sent"));
    rate.line("answered in time", points(series, "in_time"));
    rate.line("not OK", points(series, "failed"));
    page.append(rate.svg());
  }

  /** The last element of a series is what happened after the load; it is no second of it. */
  private static List<Point> points(JsonNode series, String... path) {
    List<Point> points = new ArrayList<>();
    JsonNode seconds = series.path("seconds");
    for (int i = 0; i + 1 < seconds.size(); i++) {
      JsonNode value = seconds.get(i);
      for (String name : path) {
        value = value.path(name);
      }
      points.add(new Point(seconds.get(i).path("second").asDouble(), value.asDouble()));
    }
    return points;
  }

  private void server() {
    for (JsonNode quantity : result.path("server").path("quantities")) {
      String name = quantity.path("name").asText();
      SvgPlot plot =
          new SvgPlot(
              "Server: " + name.replace('_', ' '),
              "seconds",
              quantity.path("unit").asText().replace('_', ' '),
              false);
      List<Point> points = new ArrayList<>();
      for (JsonNode sample : result.path("server").path("samples")) {
        points.add(new Point(sample.path("second").asDouble(), sample.path(name).asDouble()));
      }
      plot.line(name.replace('_', ' '), points);
      page.append(plot.svg());
    }
  }

  private void curves() {
    SvgPlot plot =
        new SvgPlot("Latency that this share of the answers did not exceed", "%", "ms", true);
    for (JsonNode step : result.path("steps")) {
      List<Point> points = new ArrayList<>();
      for (JsonNode pair : step.path("latency_curve")) {
        points.add(new Point(nines(pair.get(0).asDouble()), pair.get(1).asDouble()));
      }
      plot.line(step.path("step").asText() + " " + step.path("operation").asText(), points);
    }
    for (int i = 0; i < NINES.size(); i++) {
      plot.tick(i, NINES.get(i));
    }
    page.append(plot.svg());
  }

  /** Each step to the right leaves out nine tenths of what is left. */
  private static double nines(double percentile) {
    return percentile >= 100 ? Double.NaN : -Math.log10(1 - percentile / 100);
  }

  private void numbers() {
    for (Map.Entry<String, JsonNode> part : result.properties()) {
      page.append("<details><summary>").append(Html.escape(part.getKey())).append("</summary>\n");
      write(part.getValue());
      page.append("</details>\n");
    }
  }

  /** A list of mappings is a table; all else is a table of names and values. */
  private void write(JsonNode node) {
    if (node.isArray() && !node.isEmpty() && node.get(0).isObject()) {
      List<List<String>> rows = new ArrayList<>();
      Set<String> head = new LinkedHashSet<>();
      node.forEach(row -> flat("", row).forEach(cell -> head.add(cell.getKey())));
      for (JsonNode row : node) {
        List<Map.Entry<String, String>> cells = flat("", row);
        List<String> ordered = new ArrayList<>();
        for (String name : head) {
          ordered.add(
              cells.stream()
                  .filter(cell -> cell.getKey().equals(name))
                  .map(Map.Entry::getValue)
                  .findFirst()
                  .orElse(""));
        }
        rows.add(ordered);
      }
      table(List.copyOf(head), rows, 1);
      for (JsonNode row : node) {
        nested(row);
      }
    } else {
      List<List<String>> rows = new ArrayList<>();
      flat("", node).forEach(cell -> rows.add(List.of(cell.getKey(), cell.getValue())));
      table(List.of("name", "value"), rows, 1);
      nested(node);
    }
  }

  /** Lists of mappings inside of a mapping get tables of their own. */
  private void nested(JsonNode node) {
    for (Map.Entry<String, JsonNode> one : node.properties()) {
      if (isRows(one.getValue())) {
        page.append("<p class=\"dim\">")
            .append(Html.escape(node.path("operation").asText() + " " + one.getKey()))
            .append("</p>\n");
        write(one.getValue());
      }
    }
  }

  private static boolean isRows(JsonNode node) {
    return node.isArray() && !node.isEmpty() && node.get(0).isObject();
  }

  /** Returns the values of a mapping, and of mappings in it, with their names. */
  private static List<Map.Entry<String, String>> flat(String prefix, JsonNode node) {
    List<Map.Entry<String, String>> cells = new ArrayList<>();
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> one : node.properties()) {
        String name = prefix.isEmpty() ? one.getKey() : prefix + " " + one.getKey();
        if (!isRows(one.getValue())) {
          cells.addAll(flat(name, one.getValue()));
        }
      }
    } else if (node.isArray()) {
      List<String> words = new ArrayList<>();
      node.forEach(one -> words.add(one.isArray() ? pair(one) : one.asText()));
      cells.add(Map.entry(prefix, String.join(", ", words)));
    } else {
      cells.add(Map.entry(prefix, node.asText()));
    }
    return cells;
  }

  private static String pair(JsonNode pair) {
    return pair.get(0).asText() + " %: " + pair.get(1).asText();
  }

  private void table(List<String> head, List<List<String>> rows, int textColumns) {
    page.append("<div class=\"scroll\"><table>\n");
    row(head, "th", textColumns);
    rows.forEach(row -> row(row, "td", textColumns));
    page.append("</table></div>\n");
  }

  private void row(List<String> cells, String element, int textColumns) {
    page.append("<tr>");
    for (int i = 0; i < cells.size(); i++) {
      page.append("<").append(element).append(i < textColumns ? " class=\"t\">" : ">");
      page.append(Html.escape(cells.get(i))).append("</").append(element).append(">");
    }
    page.append("</tr>\n");
  }
}
