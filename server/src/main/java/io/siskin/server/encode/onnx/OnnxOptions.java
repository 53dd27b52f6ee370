package io.siskin.server.encode.onnx;

import io.siskin.index.error.InvalidInputException;

/**
 * How a session runs.
 *
 * @param provider what computes
 * @param fallback whether the processor takes over, with a warning in the log, where the provider
 *     is missing; otherwise the session does not open
 * @param threads threads that compute one batch on the processor, the calling one counted, 1 to
 *     1024. More shorten a batch; one per call and many calls at a time compute more in all
 * @param optimization what is done to the graph before it runs
 * @param fuseProjection whether a masked language model's projection onto its vocabulary may be cut
 *     off and computed by a kernel that stores no logits, on the processor; vectors differ by
 *     rounding only
 */
public record OnnxOptions(
    ExecutionProvider provider,
    boolean fallback,
    int threads,
    Optimization optimization,
    boolean fuseProjection) {
  private static final int THREADS_MAX = 1024;

  /** What is done to a graph before it runs. */
  public enum Optimization {
    /** Nothing. */
    NONE,
    /** What keeps every number. */
    BASIC,
    /** Fused operators too, for example a whole attention block. */
    EXTENDED,
    /** Memory layouts too. */
    ALL
  }

  /** Checks the range. */
  public OnnxOptions {
    if (threads < 1 || threads > THREADS_MAX) {
      throw new InvalidInputException("encoder threads", threads, "1 to " + THREADS_MAX);
    }
  }

  /**
   * Lets the projection be fused.
   *
   * @param provider what computes
   * @param fallback whether the processor takes over
   * @param threads threads that compute one batch
   * @param optimization what is done to the graph
   */
  public OnnxOptions(
      ExecutionProvider provider, boolean fallback, int threads, Optimization optimization) {
    this(provider, fallback, threads, optimization, true);
  }

  /**
   * Takes the processor and all optimisations.
   *
   * @param threads threads that compute one batch
   */
  public static OnnxOptions cpu(int threads) {
    return new OnnxOptions(new ExecutionProvider.Cpu(), false, threads, Optimization.ALL);
  }
}
