package io.siskin.client.internal;

import io.siskin.client.RankingNode;
import io.siskin.client.RankingNode.Frame;
import io.siskin.client.SearchRequest;
import io.siskin.client.SparseVector;
import io.siskin.proto.v1.ContextPruning;
import io.siskin.proto.v1.CrossEncoder;
import io.siskin.proto.v1.DenseStage;
import io.siskin.proto.v1.EarlyStop;
import io.siskin.proto.v1.FeedbackStage;
import io.siskin.proto.v1.Formula;
import io.siskin.proto.v1.FuseInput;
import io.siskin.proto.v1.FuseStage;
import io.siskin.proto.v1.GroupScore;
import io.siskin.proto.v1.GroupStage;
import io.siskin.proto.v1.Interpolation;
import io.siskin.proto.v1.LinearFusion;
import io.siskin.proto.v1.Reach;
import io.siskin.proto.v1.ReciprocalRankFusion;
import io.siskin.proto.v1.RescoreStage;
import io.siskin.proto.v1.ScoreNormalization;
import io.siskin.proto.v1.SparseStage;
import io.siskin.proto.v1.TreeEnsemble;
import java.time.Duration;

/** The translation of the client's ranking trees into messages. */
final class RankingMapper {
  private RankingMapper() {}

  /**
   * Translates a tree.
   *
   * @param node its root
   */
  static io.siskin.proto.v1.RankingNode toProto(RankingNode node) {
    Frame frame = node.frame();
    io.siskin.proto.v1.RankingNode.Builder message =
        io.siskin.proto.v1.RankingNode.newBuilder().setName(frame.name()).setLimit(frame.limit());
    Duration budget = frame.budget();
    if (budget != null) {
      message.setBudgetMicros(ProtoMapper.micros(budget));
    }
    return switch (node) {
      case RankingNode.Sparse sparse -> message.setSparse(search(sparse)).build();
      case RankingNode.Dense dense ->
          message
              .setDense(
                  DenseStage.newBuilder().setField(dense.field()).addAllVector(dense.vector()))
              .build();
      case RankingNode.Fuse fuse -> message.setFuse(fusion(fuse)).build();
      case RankingNode.Interpolate interpolate ->
          message.setRescore(interpolation(interpolate)).build();
      case RankingNode.Compute compute -> message.setRescore(formula(compute)).build();
      case RankingNode.Trees trees -> message.setRescore(trees(trees)).build();
      case RankingNode.CrossEncode cross -> message.setRescore(crossEncoder(cross)).build();
      case RankingNode.Feedback feedback ->
          message
              .setFeedback(
                  FeedbackStage.newBuilder()
                      .setInput(toProto(feedback.input()))
                      .setSearch(search(feedback.search()))
                      .setDocuments(feedback.documents())
                      .setTerms(feedback.terms())
                      .setQueryWeight(feedback.queryWeight())
                      .setDocumentWeight(feedback.documentWeight()))
              .build();
      case RankingNode.Group group ->
          message
              .setGroup(
                  GroupStage.newBuilder()
                      .setInput(toProto(group.input()))
                      .setField(group.field())
                      .setScore(score(group.score()))
                      .setInnerHits(group.innerHits()))
              .build();
    };
  }

  private static SparseStage search(RankingNode.Sparse sparse) {
    SparseStage.Builder stage = SparseStage.newBuilder();
    switch (sparse.query()) {
      case null -> stage.clearQuery();
      case SearchRequest.Query.Text(String text) -> stage.setText(text);
      case SearchRequest.Query.Vector(SparseVector vector) ->
          stage.setVector(ProtoMapper.toProto(vector));
    }
    if (sparse.mode() != null) {
      stage.setMode(ProtoMapper.toProto(sparse.mode()));
    }
    if (sparse.recallTarget() != null) {
      stage.setRecallTarget(sparse.recallTarget());
    }
    return stage.build();
  }

  private static FuseStage fusion(RankingNode.Fuse fuse) {
    FuseStage.Builder stage = FuseStage.newBuilder();
    for (RankingNode.Input input : fuse.inputs()) {
      stage.addInputs(
          FuseInput.newBuilder().setNode(toProto(input.node())).setWeight(input.weight()));
    }
    switch (fuse.method()) {
      case RankingNode.Method.ReciprocalRank(int constant) ->
          stage.setReciprocalRank(ReciprocalRankFusion.newBuilder().setConstant(constant));
      case RankingNode.Method.Linear(
              RankingNode.Normalization normalization,
              double missingScore) ->
          stage.setLinear(
              LinearFusion.newBuilder()
                  .setNormalization(
                      switch (normalization) {
                        case NONE -> ScoreNormalization.SCORE_NORMALIZATION_NONE;
                        case MIN_MAX -> ScoreNormalization.SCORE_NORMALIZATION_MIN_MAX;
                        case Z_SCORE -> ScoreNormalization.SCORE_NORMALIZATION_Z_SCORE;
                        case DISTRIBUTION -> ScoreNormalization.SCORE_NORMALIZATION_DISTRIBUTION;
                      })
                  .setMissingScore(missingScore));
    }
    return stage.build();
  }

  private static RescoreStage interpolation(RankingNode.Interpolate node) {
    return RescoreStage.newBuilder()
        .setInput(toProto(node.input()))
        .setInterpolation(
            Interpolation.newBuilder()
                .setField(node.field())
                .addAllVector(node.vector())
                .setAlpha(node.alpha())
                .setMissingScore(node.missingScore())
                .setEarlyStop(
                    switch (node.earlyStop()) {
                      case NONE -> EarlyStop.EARLY_STOP_NONE;
                      case PROVEN -> EarlyStop.EARLY_STOP_PROVEN;
                      case HEURISTIC -> EarlyStop.EARLY_STOP_HEURISTIC;
                    }))
        .build();
  }

  private static RescoreStage formula(RankingNode.Compute node) {
    Formula.Builder formula = Formula.newBuilder().setExpression(node.expression());
    Double undefinedScore = node.undefinedScore();
    if (undefinedScore != null) {
      formula.setUndefinedScore(undefinedScore);
    }
    return RescoreStage.newBuilder().setInput(toProto(node.input())).setFormula(formula).build();
  }

  private static RescoreStage trees(RankingNode.Trees node) {
    TreeEnsemble.Builder by =
        TreeEnsemble.newBuilder().setModel(node.model()).addAllFeatures(node.features());
    if (!node.reach().equals(RankingNode.Reach.ALL)) {
      by.setReach(reach(node.reach()));
    }
    return RescoreStage.newBuilder().setInput(toProto(node.input())).setTrees(by).build();
  }

  private static RescoreStage crossEncoder(RankingNode.CrossEncode node) {
    CrossEncoder.Builder by =
        CrossEncoder.newBuilder()
            .setModel(node.model())
            .addAllFields(node.fields())
            .setText(node.text());
    if (!node.reach().equals(RankingNode.Reach.ALL)) {
      by.setReach(reach(node.reach()));
    }
    Double threshold = node.keepThreshold();
    if (threshold != null) {
      by.setContext(ContextPruning.newBuilder().setThreshold(threshold));
    }
    return RescoreStage.newBuilder().setInput(toProto(node.input())).setCrossEncoder(by).build();
  }

  private static Reach reach(RankingNode.Reach reach) {
    Reach.Builder message = Reach.newBuilder();
    Integer ranks = reach.ranks();
    Double margin = reach.margin();
    if (ranks != null) {
      message.setRanks(ranks);
    }
    if (margin != null) {
      message.setMargin(margin);
    }
    return message.build();
  }

  private static GroupScore score(RankingNode.GroupScore score) {
    return switch (score) {
      case MAX -> GroupScore.GROUP_SCORE_MAX;
      case SUM -> GroupScore.GROUP_SCORE_SUM;
      case FIRST -> GroupScore.GROUP_SCORE_FIRST;
      case MEAN -> GroupScore.GROUP_SCORE_MEAN;
    };
  }
}
