package io.siskin.server.rank;

import io.siskin.server.rank.tree.RankingNode;
import java.util.Locale;

/** What a stage does, for metrics. */
enum StageKind {
  /** {@link RankingNode.Sparse}. */
  SPARSE,
  /** {@link RankingNode.Dense}. */
  DENSE,
  /** {@link RankingNode.Fuse}. */
  FUSE,
  /** {@link RankingNode.Interpolate}. */
  INTERPOLATION,
  /** {@link RankingNode.Compute}. */
  FORMULA,
  /** {@link RankingNode.MaxSim}. */
  MAX_SIM,
  /** {@link RankingNode.Densified} and {@link RankingNode.DensifiedRescore}. */
  DENSIFIED,
  /** {@link RankingNode.Trees}. */
  TREES,
  /** {@link RankingNode.CrossEncode}. */
  CROSS_ENCODER,
  /** {@link RankingNode.Feedback}. */
  FEEDBACK,
  /** {@link RankingNode.Group}. */
  GROUP,
  /** {@link RankingNode.Context}. */
  CONTEXT,
  /** {@link RankingNode.Diversify}. */
  DIVERSIFY,
  /** {@link RankingNode.Cap}. */
  CAP,
  /** {@link RankingNode.DenseFeedback}. */
  DENSE_FEEDBACK,
  /** {@link RankingNode.Answers}. */
  ANSWERS;

  /**
   * Returns what a stage does.
   *
   * @param node the stage
   */
  static StageKind of(RankingNode node) {
    return switch (node) {
      case RankingNode.Sparse _ -> SPARSE;
      case RankingNode.Dense _ -> DENSE;
      case RankingNode.Fuse _ -> FUSE;
      case RankingNode.Interpolate _ -> INTERPOLATION;
      case RankingNode.Compute _ -> FORMULA;
      case RankingNode.MaxSim _ -> MAX_SIM;
      case RankingNode.Densified _, RankingNode.DensifiedRescore _ -> DENSIFIED;
      case RankingNode.Trees _ -> TREES;
      case RankingNode.CrossEncode _ -> CROSS_ENCODER;
      case RankingNode.Feedback _ -> FEEDBACK;
      case RankingNode.Group _ -> GROUP;
      case RankingNode.Context _ -> CONTEXT;
      case RankingNode.Diversify _ -> DIVERSIFY;
      case RankingNode.Cap _ -> CAP;
      case RankingNode.DenseFeedback _ -> DENSE_FEEDBACK;
      case RankingNode.Answers _ -> ANSWERS;
    };
  }

  /** Returns the name in lower case. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
