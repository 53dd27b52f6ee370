package io.siskin.client.internal;

import io.siskin.client.RankingNode;
import io.siskin.proto.v1.AnswersStage;
import io.siskin.proto.v1.CapStage;
import io.siskin.proto.v1.ContextList;
import io.siskin.proto.v1.DiversifyStage;
import io.siskin.proto.v1.DocumentContext;
import io.siskin.proto.v1.FeedbackStage;
import io.siskin.proto.v1.GroupScore;
import io.siskin.proto.v1.GroupStage;
import io.siskin.proto.v1.RescoreStage;
import io.siskin.proto.v1.SparseSimilarity;

/** The part of {@link RankingMapper} for the stages that take lists of passages. */
final class PassageMapper {
  private PassageMapper() {}

  /** Translates a grouping. */
  static GroupStage group(RankingNode.Group node) {
    GroupStage.Builder stage =
        GroupStage.newBuilder()
            .setInput(RankingMapper.toProto(node.input()))
            .setField(node.field())
            .setScore(score(node.score()))
            .setInnerHits(node.innerHits())
            .addAllInnerFields(node.innerFields());
    Integer bestCount = node.bestCount();
    if (bestCount != null) {
      stage.setBestCount(bestCount);
    }
    return stage.build();
  }

  /** Translates a rescoring by the context of passages. */
  static RescoreStage context(RankingNode.Context node) {
    DocumentContext.Builder by =
        DocumentContext.newBuilder()
            .setField(node.field())
            .setWeight(node.weight())
            .setNormalization(RankingMapper.toProto(node.normalization()));
    switch (node.source()) {
      case RankingNode.ContextSource.OfGroup(RankingNode.GroupScore score) ->
          by.setGroupScore(score(score));
      case RankingNode.ContextSource.OfList list ->
          by.setList(
              ContextList.newBuilder()
                  .setNode(RankingMapper.toProto(list.node()))
                  .setField(list.field())
                  .setMissingScore(list.missingScore()));
    }
    return RescoreStage.newBuilder()
        .setInput(RankingMapper.toProto(node.input()))
        .setContext(by)
        .build();
  }

  /** Translates a picking of documents that differ. */
  static DiversifyStage diversify(RankingNode.Diversify node) {
    DiversifyStage.Builder stage =
        DiversifyStage.newBuilder()
            .setInput(RankingMapper.toProto(node.input()))
            .setLambda(node.lambda())
            .setNormalization(RankingMapper.toProto(node.normalization()));
    String field = node.field();
    return field == null
        ? stage.setSparse(SparseSimilarity.getDefaultInstance()).build()
        : stage.setField(field).build();
  }

  /** Translates a cap. */
  static CapStage cap(RankingNode.Cap node) {
    return CapStage.newBuilder()
        .setInput(RankingMapper.toProto(node.input()))
        .setField(node.field())
        .setCount(node.count())
        .build();
  }

  /** Translates feedback by a dense vector. */
  static FeedbackStage feedback(RankingNode.DenseFeedback node) {
    return FeedbackStage.newBuilder()
        .setInput(RankingMapper.toProto(node.input()))
        .setDense(RankingMapper.dense(node.field(), node.target(), node.effort()))
        .setDocuments(node.documents())
        .setQueryWeight(node.queryWeight())
        .setDocumentWeight(node.documentWeight())
        .build();
  }

  /** Translates a search for answers. */
  static AnswersStage answers(RankingNode.Answers node) {
    return AnswersStage.newBuilder()
        .setInput(RankingMapper.toProto(node.input()))
        .setStartField(node.startField())
        .setEndField(node.endField())
        .addAllStartVector(node.startVector())
        .addAllEndVector(node.endVector())
        .setScoreWeight(node.scoreWeight())
        .setTokensMax(node.tokensMax())
        .setCount(node.count())
        .setTextField(node.textField())
        .setOffsetsField(node.offsetsField())
        .build();
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
