package io.siskin.server.app.output;

import io.siskin.server.app.terminal.Units;
import io.siskin.server.plan.Calibration;
import io.siskin.server.plan.CalibrationJson;
import io.siskin.server.plan.Planner.Expectation;
import io.siskin.server.search.SearchMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a calibration lets expect, for people and for programs. */
public final class CalibrationText {
  private CalibrationText() {}

  /**
   * Returns a table: one line for each k and recall target.
   *
   * @param calibration what was measured
   * @param expectations what the targets lead to
   */
  public static List<String> lines(Calibration calibration, List<Expectation> expectations) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "calibrated with %s %s; recall target → mode, its recall, median and mean time"
                + " expected:",
            Units.count(calibration.queryCount()),
            switch (calibration.source()) {
              case SAMPLED -> "queries made of its documents";
              case GIVEN -> "given queries";
            }));
    for (Expectation told : expectations) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  k %-5d %.2f → %-42s %.4f %8.1f %8.1f µs",
              told.k(),
              told.target(),
              describe(told.mode()),
              told.recall(),
              told.medianMicros(),
              told.meanMicros()));
    }
    return lines;
  }

  /**
   * Returns the members of a JSON object.
   *
   * @param calibration what was measured
   * @param expectations what the targets lead to
   */
  public static Map<String, Object> members(
      Calibration calibration, List<Expectation> expectations) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("queries", calibration.source().name().toLowerCase(Locale.ROOT));
    members.put("query_count", calibration.queryCount());
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Expectation told : expectations) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("k", told.k());
      row.put("recall_target", told.target());
      row.put("mode", CalibrationJson.write(told.mode()));
      row.put("recall", told.recall());
      row.put("median_micros", told.medianMicros());
      row.put("mean_micros", told.meanMicros());
      rows.add(row);
    }
    members.put("expectations", rows);
    return members;
  }

  private static String describe(SearchMode mode) {
    return switch (mode) {
      case SearchMode.Exact() -> "exact";
      case SearchMode.Clustered(int queryCut, float heapFactor, boolean _) ->
          "clustered, cut " + queryCut + ", factor " + heapFactor;
      case SearchMode.ScoreAtATime(float postingFloor, float candidateFloor, int _, long _) ->
          "score-at-a-time, floors " + postingFloor + " and " + candidateFloor;
    };
  }
}
