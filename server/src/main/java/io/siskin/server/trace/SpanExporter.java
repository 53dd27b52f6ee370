package io.siskin.server.trace;

import java.util.List;

/**
 * Sends spans. Used by one thread, which may wait for the network.
 *
 * <p>Its one implementation that sends knows OpenTelemetry; it is loaded only when traces are on.
 */
public interface SpanExporter extends AutoCloseable {
  /**
   * Takes the spans of one call. They are sent later, many at a time.
   *
   * @param spans the spans, the parent first
   */
  void export(List<FinishedSpan> spans);

  /** Returns how many spans could not be sent so far. Safe for concurrent use. */
  long lostSpans();

  /** Returns how many spans were sent so far. Safe for concurrent use. */
  long sentSpans();

  /** Sends what it has and ends; waits some seconds at most. */
  @Override
  void close();
}
