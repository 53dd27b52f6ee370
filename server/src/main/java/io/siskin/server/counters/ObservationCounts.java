package io.siskin.server.counters;

/**
 * What became of what a server writes about its calls.
 *
 * @param accessLines the lines of the access log that were written
 * @param accessLinesLost those that were lost, because too many waited or the disk failed
 * @param slowQueries the searches that took longer than the limit
 * @param spans the spans that were sent
 * @param spansLost those that were lost, because too many waited or they could not be sent
 */
public record ObservationCounts(
    long accessLines, long accessLinesLost, long slowQueries, long spans, long spansLost) {
  /** Nothing was written. */
  public static final ObservationCounts NONE = new ObservationCounts(0, 0, 0, 0, 0);
}
