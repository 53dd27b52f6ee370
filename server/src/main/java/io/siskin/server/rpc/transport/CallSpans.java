package io.siskin.server.rpc.transport;

/**
 * The numbers of the spans within a call, see {@link io.siskin.server.trace.TraceContext#child}.
 */
public final class CallSpans {
  /** Waiting for a batch of a model. */
  public static final int ENCODER_QUEUE = 1;

  /** Text to vector. */
  public static final int ENCODE = 2;

  /** Waiting for a search thread. */
  public static final int QUEUE = 3;

  /** Evaluation. */
  public static final int SEARCH = 4;

  /** Ids, fields and explanations. */
  public static final int FETCH = 5;

  /** Checking and encoding documents. */
  public static final int PREPARE = 6;

  /** Appending a write to the log and applying it. */
  public static final int APPLY = 7;

  /** Making the log durable. */
  public static final int FORCE = 8;

  private CallSpans() {}
}
