package io.siskin.server.plan;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.search.SearchMode;
import java.util.List;

/**
 * What was measured on one segment: for some k, how much of the exact list each mode of a ladder
 * finds and how long it takes. Immutable.
 *
 * @param segmentId the segment, 32 hexadecimal digits
 * @param source where the queries came from
 * @param queryCount how many queries were measured, 1 or more
 * @param bands one a measured k, ascending by k
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
   * @param rungs one a mode; the exact one is among them
   */
  public record Band(int k, List<Rung> rungs) {
    /** Checks the ranges and copies the list. */
    public Band {
      if (k < 1) {
        throw new InvalidInputException("k", k, "1 or more");
      }
      rungs = List.copyOf(rungs);
      if (rungs.stream().noneMatch(rung -> rung.mode instanceof SearchMode.Exact)) {
        throw new InvalidInputException("rungs", "without mode exact", "the exact one among them");
      }
    }

    /** Returns the exact mode's rung. */
    Rung exact() {
      return rungs.stream()
          .filter(rung -> rung.mode instanceof SearchMode.Exact)
          .findFirst()
          .orElseThrow();
    }
  }

  /**
   * What one mode did.
   *
   * @param mode the mode
   * @param recall share of the exact list that it found, the mean over the queries, 0 to 1
   * @param recallError standard error of that mean, 0 or more: how far another sample of as many
   *     queries might be off
   * @param medianMicros median time of an evaluation, microseconds
   * @param meanMicros mean time of an evaluation, microseconds, without the slowest fiftieth, which
   *     are the machine's doing: what modes are compared by, because what a few slow queries cost
   *     in one mode and not in another is a reason to choose
   * @param documentsScored documents scored exactly, the mean over the queries
   * @param postingsScored postings added to a score, the mean over the queries
   */
  public record Rung(
      SearchMode mode,
      double recall,
      double recallError,
      double medianMicros,
      double meanMicros,
      double documentsScored,
      double postingsScored) {
    /** Checks the ranges. */
    public Rung {
      if (!(recall >= 0 && recall <= 1)) {
        throw new InvalidInputException("recall", recall, "0 to 1");
      }
      checkAmount("recall_error", recallError);
      checkAmount("median_micros", medianMicros);
      checkAmount("mean_micros", meanMicros);
      checkAmount("documents_scored", documentsScored);
      checkAmount("postings_scored", postingsScored);
    }

    private static void checkAmount(String name, double value) {
      if (!(value >= 0 && value <= Double.MAX_VALUE)) {
        throw new InvalidInputException(name, value, "a finite number, 0 or more");
      }
    }
  }
}
