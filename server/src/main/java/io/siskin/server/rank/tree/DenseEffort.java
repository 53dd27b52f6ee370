package io.siskin.server.rank.tree;

/** How a dense search uses the graphs of neighbours that segments have. */
public sealed interface DenseEffort {
  /** The most candidates that may be asked for. */
  int CANDIDATES_MAX = 100_000;

  /** Twice the limit of the stage, and 200 or more. */
  record OfLimit() implements DenseEffort {
    private static final int CANDIDATES_MIN = 200;
  }

  /**
   * So many candidates in each segment, and as many as the limit of the stage or more. More find
   * more of the nearest documents and take longer.
   *
   * @param count 1 to {@link #CANDIDATES_MAX}
   */
  record Candidates(int count) implements DenseEffort {}

  /** All documents are looked at. */
  record Exact() implements DenseEffort {}

  /**
   * Returns how many candidates are kept; without a meaning for an exact search.
   *
   * @param limit the limit of the stage
   */
  default int candidates(int limit) {
    return switch (this) {
      case OfLimit() -> Math.max(OfLimit.CANDIDATES_MIN, 2 * limit);
      case Candidates(int count) -> Math.max(count, limit);
      case Exact() -> Integer.MAX_VALUE;
    };
  }
}
