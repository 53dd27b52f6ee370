package io.siskin.server.plan;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.search.SearchMode;
import java.util.List;

/**
 * What was measured on one segment: for some k, how much of the exact list each operating point
 * finds, and what it costs. Immutable.
 *
 * @param segmentId the segment, 32 hexadecimal digits
 * @param source where the queries came from
 * @param queryCount how many queries were measured, 1 or more
 * @param bands one for each measured k, ascending by k
 */
public record Calibration(String segmentId, QuerySource source, int queryCount, List<Band> bands) {
  /** Checks the ranges and copies the list. */
  public Calibration {
    if (queryCount < 1) {
      throw new InvalidInputException("query_count", queryCount, "1 or more");
    }
    bands = List.copyOf(bands);
    for (int i = 1; i < bands.size(); i++) {
      if (bands.get(i).k <= bands.get(i - 1).k) {
        throw new InvalidInputException(
            "bands", "k " + bands.get(i).k, "one above " + bands.get(i - 1).k);
      }
    }
  }

  /** Where the queries of a calibration came from. */
  public enum QuerySource {
    /** Made of the segment's own documents. */
    SAMPLED,
    /** Given by the user. */
    GIVEN
  }

  /**
   * What was measured for one k.
   *
   * @param k how many documents were wanted, 1 or more
   * @param points operating points of any mode; that of the exact mode is among them
   */
  public record Band(int k, List<OperatingPoint> points) {
    /** Checks the ranges and copies the list. */
    public Band {
      if (k < 1) {
        throw new InvalidInputException("k", k, "1 or more");
      }
      points = List.copyOf(points);
      if (points.stream().noneMatch(point -> point.mode() instanceof SearchMode.Exact)) {
        throw new InvalidInputException("points", "without mode exact", "the exact one among them");
      }
    }

    /** Returns the exact mode's point. */
    OperatingPoint exact() {
      return points.stream()
          .filter(point -> point.mode() instanceof SearchMode.Exact)
          .findFirst()
          .orElseThrow();
    }
  }
}
