package io.siskin.server.trace;

import java.util.Map;

/**
 * A step of a request that has ended. Immutable.
 *
 * @param context which span it is
 * @param parentSpanId the span that it is part of; 0 for none
 * @param parentIsRemote whether that one is of another process
 * @param name what the step is called
 * @param kind which side of a call it is
 * @param startNanoTime when it began, on the clock of {@link System#nanoTime}
 * @param endNanoTime when it ended, on the same clock
 * @param attributes what is known of it: texts, whole numbers ({@link Long}), numbers ({@link
 *     Double}) and truths ({@link Boolean})
 * @param error what went wrong; empty for nothing
 */
public record FinishedSpan(
    TraceContext context,
    long parentSpanId,
    boolean parentIsRemote,
    String name,
    Kind kind,
    long startNanoTime,
    long endNanoTime,
    Map<String, Object> attributes,
    String error) {
  /** Which side of a call a span is. */
  public enum Kind {
    /** The work for a call of somebody else. */
    SERVER,
    /** A step within such work. */
    INTERNAL
  }

  /** Copies the map. */
  public FinishedSpan {
    attributes = Map.copyOf(attributes);
  }
}
