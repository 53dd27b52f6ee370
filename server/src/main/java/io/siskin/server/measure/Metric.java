package io.siskin.server.measure;

import io.siskin.index.error.InvalidInputException;

/**
 * A measure of one ranking against the judgments of its query, from 0 to 1.
 *
 * @param kind what is measured
 * @param cutoff how many documents of the ranking count, 1 or more
 */
public record Metric(Kind kind, int cutoff) {
  /** What is measured; see the method of {@link RankingMetrics} of the same name. */
  public enum Kind {
    /** {@link RankingMetrics#ndcg}. */
    NDCG("nDCG"),
    /** {@link RankingMetrics#reciprocalRank}; its mean is MRR. */
    RECIPROCAL_RANK("MRR"),
    /** {@link RankingMetrics#recall}. */
    RECALL("Recall");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  /** Checks the range. */
  public Metric {
    if (cutoff < 1) {
      throw new InvalidInputException("cutoff", cutoff, "1 or more");
    }
  }

  /**
   * Returns nDCG at a cutoff.
   *
   * @param cutoff 1 or more
   */
  public static Metric ndcg(int cutoff) {
    return new Metric(Kind.NDCG, cutoff);
  }

  /**
   * Returns MRR at a cutoff.
   *
   * @param cutoff 1 or more
   */
  public static Metric reciprocalRank(int cutoff) {
    return new Metric(Kind.RECIPROCAL_RANK, cutoff);
  }

  /**
   * Returns recall at a cutoff.
   *
   * @param cutoff 1 or more
   */
  public static Metric recall(int cutoff) {
    return new Metric(Kind.RECALL, cutoff);
  }

  /** Returns the field's usual spelling, for example {@code nDCG@10}. */
  public String label() {
    return kind.label + "@" + cutoff;
  }
}
