package io.siskin.server.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.server.rank.list.StageReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the stages of a tree did over all queries of an evaluation. Used by one thread. */
final class EvalStages {
  private static final double NANOS_PER_MICRO = 1e3;

  private final Map<String, Sums> sumsByName = new LinkedHashMap<>();

  /** Sums over the queries that have the stage in their answer. */
  private static final class Sums {
    private long queries;
    private long documentsIn;
    private long documentsScored;
    private long documentsOut;
    private long nanos;
    private long incomplete;
  }

  /**
   * Adds what the stages of one answer did.
   *
   * @param stages the reports of the answer, inputs first
   */
  void add(List<StageReport> stages) {
    for (StageReport stage : stages) {
      Sums sums = sumsByName.computeIfAbsent(stage.name(), _ -> new Sums());
      sums.queries++;
      sums.documentsIn += stage.documentsIn();
      sums.documentsScored += stage.documentsScored();
      sums.documentsOut += stage.documentsOut();
      sums.nanos += stage.nanos();
      sums.incomplete += stage.isComplete() ? 0 : 1;
    }
  }

  /**
   * Adds one object per stage: its name, means per query, and how many queries it could not finish.
   *
   * @param array where to
   */
  void addTo(ArrayNode array) {
    sumsByName.forEach(
        (name, sums) -> {
          ObjectNode stage = array.addObject();
          stage.put("name", name);
          stage.put("mean_micros", mean(sums.nanos / NANOS_PER_MICRO, sums.queries));
          stage.put("mean_in", mean((double) sums.documentsIn, sums.queries));
          stage.put("mean_scored", mean((double) sums.documentsScored, sums.queries));
          stage.put("mean_out", mean((double) sums.documentsOut, sums.queries));
          stage.put("incomplete_queries", sums.incomplete);
        });
  }

  private static double mean(double sum, long count) {
    return Math.rint(sum / count * 100) / 100;
  }

  /**
   * Returns one line about a stage.
   *
   * @param stage an object that {@link #addTo} made
   */
  static String line(JsonNode stage) {
    long incomplete = stage.get("incomplete_queries").asLong();
    return String.format(
        Locale.ROOT,
        "stage %s: %.1f µs per query, %.1f in, %.1f scored, %.1f out%s",
        stage.get("name").asText(),
        stage.get("mean_micros").asDouble(),
        stage.get("mean_in").asDouble(),
        stage.get("mean_scored").asDouble(),
        stage.get("mean_out").asDouble(),
        incomplete == 0 ? "" : ", not complete for " + incomplete + " queries");
  }
}
