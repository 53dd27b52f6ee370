package io.siskin.server.plan;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.server.search.SearchMode;

/** Takes the time of searches. It is what a calibration knows of the machine. */
public interface SearchTimer {
  /**
   * Searches once.
   *
   * @param query the query
   * @param mode how to evaluate
   * @param k how many documents are wanted, 1 or more
   * @return how long it took, in nanoseconds, above 0
   */
  long searchNanos(QuantizedQuery query, SearchMode mode, int k);
}
