package io.siskin.server.rank.tree;

/** How a fusion makes scores. */
public sealed interface FusionMethod {
  /**
   * Of ranks: reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009).
   *
   * @param constant is added to each rank, of which the first is 1
   */
  record ReciprocalRank(int constant) implements FusionMethod {
    /** The constant of the paper. */
    public static final int CONSTANT_DEFAULT = 60;

    /** The largest constant. */
    public static final int CONSTANT_MAX = 1_000_000;
  }

  /**
   * Of scores.
   *
   * @param normalization how the scores of each list are made comparable
   * @param missingScore stands for the normalised score in a list that lacks the document
   */
  record Linear(Normalization normalization, double missingScore) implements FusionMethod {}

  /** How the scores of one list are made comparable with those of another. */
  enum Normalization {
    /** Scores stay as they are. */
    NONE,
    /** The least becomes 0 and the largest 1; all become 1 where they are equal. */
    MIN_MAX,
    /** Deviations from the mean; 0 where all are equal. */
    Z_SCORE,
    /** Three deviations below the mean become 0, three above it 1; 0.5 where all are equal. */
    DISTRIBUTION
  }
}
