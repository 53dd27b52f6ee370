package io.siskin.loadtest.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the metrics of a server said at one moment.
 *
 * @param second seconds from the beginning of the load
 * @param values by name and labels, as they are on the page
 */
record ServerSample(double second, Map<String, Double> values) {
  /**
   * Reads a page in the text format of Prometheus.
   *
   * @param second seconds from the beginning of the load
   * @param page the page; lines that are no samples are left out
   */
  static ServerSample parse(double second, String page) {
    Map<String, Double> values = new HashMap<>();
    for (String line : page.split("\n")) {
      // A label may have a space in its value, so the name ends at the last closing brace.
      int end = Math.max(line.indexOf(' '), line.lastIndexOf('}') + 1);
      if (!line.startsWith("#") && end > 0 && end + 1 < line.length()) {
        String[] words = line.substring(end).strip().split(" ");
        try {
          values.put(line.substring(0, end), Double.parseDouble(words[0]));
        } catch (NumberFormatException _) {
          // No sample.
        }
      }
    }
    return new ServerSample(second, values);
  }

  /**
   * Returns the sum of all samples of a metric.
   *
   * @param name its name without labels
   */
  double sum(String name) {
    double sum = 0;
    for (Map.Entry<String, Double> one : values.entrySet()) {
      boolean isOf = one.getKey().equals(name) || one.getKey().startsWith(name + "{");
      sum += isOf ? one.getValue() : 0;
    }
    return sum;
  }

  /** What is read of each sample: a name for the report and how it is had. */
  record Quantity(String name, String unit, Reader reader) {
    /** Reads a quantity. */
    interface Reader {
      /**
       * Returns the value at a sample.
       *
       * @param before the sample before it
       * @param now the sample
       */
      double read(ServerSample before, ServerSample now);
    }

    /** Returns a quantity that the page has as it is, divided by a unit. */
    private static Quantity now(String name, String unit, double divisor, String... metrics) {
      return new Quantity(
          name,
          unit,
          (before, now) -> {
            double sum = 0;
            for (String metric : metrics) {
              sum += metric.contains("{") ? now.values.getOrDefault(metric, 0.0) : now.sum(metric);
            }
            return sum / divisor;
          });
    }

    /** Returns the growth a second of a counter. */
    private static Quantity growth(String name, String unit, String metric) {
      return new Quantity(
          name,
          unit,
          (before, now) -> {
            double seconds = now.second - before.second;
            return seconds > 0 ? Math.max(0, now.sum(metric) - before.sum(metric)) / seconds : 0;
          });
    }
  }

  /** The quantities of the report, in its order. */
  static final List<Quantity> QUANTITIES =
      List.of(
          Quantity.growth("cpu", "cores", "process_cpu_seconds_total"),
          Quantity.now("resident_memory", "MiB", 1 << 20, "process_resident_memory_bytes"),
          Quantity.now("heap_used", "MiB", 1 << 20, "jvm_memory_used_bytes{area=\"heap\"}"),
          Quantity.now(
              "waiting",
              "tasks",
              1,
              "siskin_admission_waiting_tasks",
              "siskin_admission_waiting_encoded_searches"),
          Quantity.now("running", "tasks", 1, "siskin_admission_running_tasks"),
          Quantity.growth("refused", "per_second", "siskin_admission_refused_tasks_total"),
          Quantity.growth("gc", "seconds_per_second", "jvm_gc_collection_seconds_sum"));
}
