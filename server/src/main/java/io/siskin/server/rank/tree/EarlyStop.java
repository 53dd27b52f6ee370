package io.siskin.server.rank.tree;

/** When an interpolation ends before the end of its list. */
public enum EarlyStop {
  /** Never. */
  NONE,
  /**
   * When no document below can come among the best, since no dense score is above the norm of the
   * query times the largest norm of a stored vector. The list is that of {@link #NONE}.
   */
  PROVEN,
  /**
   * When no document below can come among the best unless its dense score is above all that were
   * seen, as in Leonhardt et al. (The Web Conference 2022). It may lose documents.
   */
  HEURISTIC
}
