package io.siskin.client.internal;

import io.siskin.client.KeyedVector;
import io.siskin.client.RankingNode;
import io.siskin.client.RankingNode.Frame;
import io.siskin.client.SearchRequest;
import io.siskin.client.SparseVector;
import io.siskin.proto.v1.ContextPruning;
import io.siskin.proto.v1.CrossEncoder;
import io.siskin.proto.v1.DenseStage;
import io.siskin.proto.v1.DensifiedScore;
import io.siskin.proto.v1.DensifiedStage;
import io.siskin.proto.v1.EarlyStop;
import io.siskin.proto.v1.FeedbackStage;
import io.siskin.proto.v1.Formula;
import io.siskin.proto.v1.FuseInput;
import io.siskin.proto.v1.FuseStage;
import io.siskin.proto.v1.Interpolation;
import io.siskin.proto.v1.LinearFusion;
import io.siskin.proto.v1.MaxSim;
import io.siskin.proto.v1.Reach;
import io.siskin.proto.v1.ReciprocalRankFusion;
import io.siskin.proto.v1.RescoreStage;
import io.siskin.proto.v1.ScoreNormalization;
import io.siskin.proto.v1.SparseStage;
import io.siskin.proto.v1.TreeEnsemble;
import io.siskin.proto.v1.Turn;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
          message.setDense(dense(dense.field(), dense.target(), dense.effort())).build();
      case RankingNode.Fuse fuse -> message.setFuse(fusion(fuse)).build();
      case RankingNode.Interpolate interpolate ->
          message.setRescore(interpolation(interpolate)).build();
      case RankingNode.MaxSim maxSim -> message.setRescore(maxSim(maxSim)).build();
      case RankingNode.Densified densified ->
          message.setDensified(densified(densified.field(), densified.query())).build();
      case RankingNode.DensifiedRescore densified ->
          message
              .setRescore(
                  RescoreStage.newBuilder()
                      .setInput(toProto(densified.input()))
                      .setDensified(
                          DensifiedScore.newBuilder()
                              .setBy(densified(densified.field(), densified.query()))
                              .setAlpha(densified.alpha())
                              .setMissingScore(densified.missingScore())))
              .build();
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
      case RankingNode.Group group -> message.setGroup(PassageMapper.group(group)).build();
      case RankingNode.Context context ->
          message.setRescore(PassageMapper.context(context)).build();
      case RankingNode.Diversify diversify ->
          message.setDiversify(PassageMapper.diversify(diversify)).build();
      case RankingNode.Cap cap -> message.setCap(PassageMapper.cap(cap)).build();
      case RankingNode.DenseFeedback feedback ->
          message.setFeedback(PassageMapper.feedback(feedback)).build();
      case RankingNode.Answers answers ->
          message.setAnswers(PassageMapper.answers(answers)).build();
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
    stage.addAllTurns(turns(sparse.turns()));
    if (sparse.mode() != null) {
      stage.setMode(ProtoMapper.toProto(sparse.mode()));
    }
    if (sparse.recallTarget() != null) {
      stage.setRecallTarget(sparse.recallTarget());
    }
    return stage.build();
  }

  private static List<Turn> turns(List<RankingNode.Turn> turns) {
    return turns.stream()
        .map(turn -> Turn.newBuilder().setText(turn.text()).setWeight(turn.weight()).build())
        .toList();
  }

  /** Translates a dense field, what is looked for, and how. */
  static DenseStage dense(String field, RankingNode.Target target, RankingNode.Effort effort) {
    DenseStage.Builder stage = DenseStage.newBuilder().setField(field);
    switch (effort) {
      case RankingNode.Effort.OfLimit() -> stage.clearCandidates();
      case RankingNode.Effort.Candidates(int count) -> stage.setCandidates(count);
      case RankingNode.Effort.Exact() -> stage.setExact(true);
    }
    switch (target) {
      case RankingNode.Target.OfRequest() -> stage.clearText();
      case RankingNode.Target.Text(String text) -> stage.setText(text);
      case RankingNode.Target.Turns(var turns) -> stage.addAllTurns(turns(turns));
      case RankingNode.Target.Vector(var values) -> stage.addAllVector(values);
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
                  .setNormalization(toProto(normalization))
                  .setMissingScore(missingScore));
    }
    return stage.build();
  }

  private static RescoreStage interpolation(RankingNode.Interpolate node) {
    Interpolation.Builder by =
        Interpolation.newBuilder()
            .setField(node.field())
            .setAlpha(node.alpha())
            .setMissingScore(node.missingScore())
            .setEarlyStop(
                switch (node.earlyStop()) {
                  case NONE -> EarlyStop.EARLY_STOP_NONE;
                  case PROVEN -> EarlyStop.EARLY_STOP_PROVEN;
                  case HEURISTIC -> EarlyStop.EARLY_STOP_HEURISTIC;
                });
    switch (node.target()) {
      case RankingNode.Target.OfRequest() -> by.clearText();
      case RankingNode.Target.Text(String text) -> by.setText(text);
      case RankingNode.Target.Turns(var turns) -> by.addAllTurns(turns(turns));
      case RankingNode.Target.Vector(var values) -> by.addAllVector(values);
    }
    return RescoreStage.newBuilder().setInput(toProto(node.input())).setInterpolation(by).build();
  }

  private static RescoreStage maxSim(RankingNode.MaxSim node) {
    MaxSim.Builder by =
        MaxSim.newBuilder()
            .setField(node.field())
            .setAlpha(node.alpha())
            .setMissingScore(node.missingScore());
    switch (node.query()) {
      case null -> {
        // The server makes them.
      }
      case RankingNode.TokenQuery.Values(List<float[]> vectors) ->
          by.addAllVectors(DenseMapper.toProto(vectors).getVectorsList());
      case RankingNode.TokenQuery.Terms(List<SparseVector> vectors) ->
          by.addAllTokenVectors(DenseMapper.toTokenVectors(vectors).getVectorsList());
      case RankingNode.TokenQuery.Keyed(List<KeyedVector> vectors) ->
          by.addAllKeyedVectors(DenseMapper.toKeyedVectors(vectors).getVectorsList());
      case RankingNode.TokenQuery.Text(String text) -> by.setText(text);
    }
    return RescoreStage.newBuilder().setInput(toProto(node.input())).setMaxSim(by).build();
  }

  private static DensifiedStage densified(String field, SearchRequest.@Nullable Query query) {
    DensifiedStage.Builder stage = DensifiedStage.newBuilder().setField(field);
    switch (query) {
      case null -> stage.clearQuery();
      case SearchRequest.Query.Text(String text) -> stage.setText(text);
      case SearchRequest.Query.Vector(SparseVector vector) ->
          stage.setVector(ProtoMapper.toProto(vector));
    }
    return stage.build();
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

  /** Translates a normalisation. */
  static ScoreNormalization toProto(RankingNode.Normalization normalization) {
    return switch (normalization) {
      case NONE -> ScoreNormalization.SCORE_NORMALIZATION_NONE;
      case MIN_MAX -> ScoreNormalization.SCORE_NORMALIZATION_MIN_MAX;
      case Z_SCORE -> ScoreNormalization.SCORE_NORMALIZATION_Z_SCORE;
      case DISTRIBUTION -> ScoreNormalization.SCORE_NORMALIZATION_DISTRIBUTION;
    };
  }
}
