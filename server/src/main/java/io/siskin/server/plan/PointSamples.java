package io.siskin.server.plan;

import io.siskin.server.search.SearchMode;
import java.util.Arrays;

/**
 * What one setting found and cost, query by query. Each query's values are written once; different
 * threads may write those of different queries.
 */
final class PointSamples {
  private final SearchMode mode;
  private final float[] recalls;
  private final float[] nanos;
  private final float[] documents;
  private final float[] postings;

  /**
   * Makes room.
   *
   * @param mode the setting
   * @param queries how many queries there are at most
   */
  PointSamples(SearchMode mode, int queries) {
    this.mode = mode;
    this.recalls = new float[queries];
    this.nanos = new float[queries];
    this.documents = new float[queries];
    this.postings = new float[queries];
  }

  /** Returns the setting. */
  SearchMode mode() {
    return mode;
  }

  /**
   * Sets what one query found and cost.
   *
   * @param query its number
   * @param recall share of the exact list, 0 to 1
   * @param expectedNanos counted work times unit costs, nanoseconds
   * @param documentsScored documents scored exactly
   * @param postingsScored postings added
   */
  void set(
      int query,
      double recall,
      double expectedNanos,
      double documentsScored,
      double postingsScored) {
    recalls[query] = (float) recall;
    nanos[query] = (float) expectedNanos;
    documents[query] = (float) documentsScored;
    postings[query] = (float) postingsScored;
  }

  /**
   * Returns the expected time of one query.
   *
   * @param query its number
   * @return nanoseconds
   */
  double nanos(int query) {
    return nanos[query];
  }

  /**
   * Returns the means over the first queries.
   *
   * @param queries how many, 1 or more
   * @param speed what expected times are multiplied with
   */
  OperatingPoint point(int queries, double speed) {
    double mean = mean(recalls, queries);
    double squares = 0;
    for (int query = 0; query < queries; query++) {
      squares += (recalls[query] - mean) * (recalls[query] - mean);
    }
    float[] ascending = Arrays.copyOf(nanos, queries);
    Arrays.sort(ascending);
    return new OperatingPoint(
        mode,
        // The sum of many ones may end a little above one.
        Math.min(1, mean),
        queries < 2 ? 0 : Math.sqrt(squares / (queries - 1) / queries),
        speed * ascending[(queries - 1) / 2] / 1e3,
        speed * mean(nanos, queries) / 1e3,
        mean(documents, queries),
        mean(postings, queries));
  }

  private static double mean(float[] values, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += values[i];
    }
    return sum / count;
  }
}
